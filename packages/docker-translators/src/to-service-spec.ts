import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerSpec, ServiceCreateBody } from "./engine-api/service.js";
import { toServiceCapabilities } from "./fields/capabilities.js";
import { toServiceCommand } from "./fields/command.js";
import { toPlacement } from "./fields/constraints.js";
import { toEnv } from "./fields/env.js";
import { type ResourceIds, toConfigReferences, toSecretReferences } from "./fields/file-references.js";
import { toHealthcheck } from "./fields/healthcheck.js";
import { toServiceInit } from "./fields/init.js";
import { toLabels, toTaskLabels } from "./fields/labels.js";
import { toServiceMode } from "./fields/mode.js";
import { toServiceMounts } from "./fields/mounts.js";
import { toTaskNetworks } from "./fields/networks.js";
import { toServiceUlimits } from "./fields/open-files.js";
import { toEndpointSpec } from "./fields/ports.js";
import { toReplicaEnv } from "./fields/replica-env.js";
import { toTaskResources } from "./fields/resources.js";
import { toTaskRestartPolicy } from "./fields/restart.js";
import { toRollbackConfig, toUpdateConfig } from "./fields/rollout.js";
import { toStopGracePeriod } from "./fields/stop-grace-period.js";
import { withEscapedTexts } from "./fields/templates.js";
import { PULL_POLICY_LABEL, REPLICA_ENV_LABEL } from "./own-labels.js";
import { hasKeys } from "./support/copy-defined.js";
import type { TranslationContext } from "./api-version.js";

export interface ServiceSpecOptions {
  /** The negotiated Engine API version, e.g. `1.41`. */
  apiVersion: string;
  /** The image as resolved, e.g. pinned to a digest. Default: the request's. */
  image?: string;
  /** Ids of the secrets that the request names, by name. */
  secrets?: ResourceIds;
  /** Ids of the configs that the request names, by name. */
  configs?: ResourceIds;
}

/**
 * The body of `POST /services/create` (Engine API, ServiceSpec).
 *
 * A service does not express a port's `hostAddress`.
 * @throws DeploymentError `UNSUPPORTED` for a setting that the API version, or Swarm, does not have; `INVALID_REQUEST`
 * for a secret or config without an id, and for a job with an `updateConfig` or with restarts on `any` end.
 */
export function toServiceSpec(request: NormalizedRequest, options: ServiceSpecOptions): ServiceCreateBody {
  const context: TranslationContext = { apiVersion: options.apiVersion, service: request.name };
  return {
    Name: request.name,
    ...toServiceLabels(request),
    TaskTemplate: {
      ContainerSpec: toContainerSpec(withEscapedTexts(request), options, context),
      ...toTaskResources(request, context),
      ...toTaskRestartPolicy(request, context),
      ...toPlacement(request),
      ...toTaskNetworks(request),
    },
    ...toServiceMode(request, context),
    ...toUpdateConfig(request, context),
    ...toRollbackConfig(request),
    ...toEndpointSpec(request, context),
  };
}

/** The request's, and what a service has no field for. */
function toServiceLabels(request: NormalizedRequest): Pick<ServiceCreateBody, "Labels"> {
  const own = {
    ...(request.imagePullPolicy === "never" && { [PULL_POLICY_LABEL]: "never" }),
    ...(request.replicaEnv && { [REPLICA_ENV_LABEL]: toReplicaEnv(request).names.join(" ") }),
  };
  return hasKeys(own) ? { Labels: { ...request.labels, ...own } } : toLabels(request);
}

/** The request's variables, and those that identify a replica. */
function toServiceEnv(request: NormalizedRequest): Pick<ContainerSpec, "Env"> {
  if (!request.replicaEnv) return toEnv(request);
  const { own, added } = toReplicaEnv(request);
  return { Env: [...toEnv({ ...request, env: own }).Env, ...added] };
}

function toContainerSpec(
  request: NormalizedRequest,
  options: ServiceSpecOptions,
  context: TranslationContext,
): ContainerSpec {
  return {
    Image: options.image ?? request.image,
    ...toServiceEnv(request),
    ...toTaskLabels(request),
    ...toServiceCommand(request),
    ...toServiceMounts(request, context),
    ...toHealthcheck(request, context),
    ...toStopGracePeriod(request),
    ...toServiceInit(request, context),
    ...toServiceCapabilities(request, context),
    ...toServiceUlimits(request, context),
    ...toSecretReferences(request, { service: request.name, ids: options.secrets }),
    ...toConfigReferences(request, { service: request.name, ids: options.configs }),
    ...(request.user !== undefined && { User: request.user }),
    ...(request.hostname !== undefined && { Hostname: request.hostname }),
    ...(request.readOnly !== undefined && { ReadOnly: request.readOnly }),
  };
}
