import type { FileReference, NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import type { TranslationContext } from "./api-version.js";
import type {
  AnsweredContainerSpec,
  ContainerSpec,
  ServiceCreateBody,
  ServiceSpec,
} from "./engine-api/service-types.js";
import { fromServiceCapabilities, toServiceCapabilities } from "./fields/capabilities.js";
import { fromServiceCommand, toServiceCommand } from "./fields/command.js";
import { fromPlacement, toPlacement } from "./fields/constraints.js";
import { fromTaskLogging, toTaskLogging } from "./fields/engine-defaults.js";
import { fromReplicaEnvLabel, toReplicaEnvLabel, toServiceEnv } from "./fields/env.js";
import {
  fromConfigReferences,
  fromSecretReferences,
  type ResourceIds,
  toConfigReferences,
  toSecretReferences,
} from "./fields/file-references.js";
import { fromServiceHealthcheck, toHealthcheck } from "./fields/healthcheck.js";
import { fromServiceGroups, toServiceGroups } from "./fields/host-access.js";
import { fromShmMount, fromSysctls, toServiceSysctls, withShmMount } from "./fields/kernel.js";
import { fromServiceLabels, toLabels, toTaskLabels } from "./fields/labels.js";
import { fromServiceMode, toServiceMode } from "./fields/mode.js";
import { fromServiceMounts, toServiceMounts } from "./fields/mounts.js";
import { fromServiceResolution, toServiceResolution } from "./fields/name-resolution.js";
import { fromTaskNetworks, type NetworkNames, toTaskNetworks } from "./fields/networks.js";
import { fromEndpointSpec, toEndpointSpec } from "./fields/ports.js";
import {
  fromInit,
  fromServiceProcess,
  fromStopGracePeriod,
  toServiceInit,
  toStopGracePeriod,
  toUserAndHostname,
} from "./fields/process.js";
import { fromServiceDirAndSignal, toServiceProcess } from "./fields/process-settings.js";
import { fromTaskResources, fromUlimits, toServiceUlimits, toTaskResources } from "./fields/resources.js";
import { fromTaskRestartPolicy, toTaskRestartPolicy } from "./fields/restart.js";
import { fromRollbackConfig, fromUpdateConfig, toRollbackConfig, toUpdateConfig } from "./fields/rollout.js";
import { fromEscapedTemplates, withEscapedTemplates } from "./fields/templates.js";
import { hasKeys } from "./plain-data.js";
import { PULL_POLICY_LABEL } from "./strategy-labels.js";

export interface ServiceSpecOptions {
  /** The negotiated Engine API version, e.g. `1.41`. */
  apiVersion: string;
  /** The image as resolved, e.g. pinned to a digest. Default: the request's. */
  image?: string;
  /** Ids of the request's secrets, by name. */
  secrets?: ResourceIds;
  /** Ids of the request's configs, by name. */
  configs?: ResourceIds;
}

/**
 * The body of `POST /services/create` (Engine API, ServiceSpec). A service has no field for a port's `hostAddress`,
 * for `devices` and for `privileged`.
 * @throws DeploymentError `UNSUPPORTED` for a setting that the API version, or Swarm, does not have; `INVALID_REQUEST`
 * for a secret or config without an id, and for a job with an `updateConfig` or with the restart condition `any`.
 */
export function toServiceSpec(request: NormalizedRequest, options: ServiceSpecOptions): ServiceCreateBody {
  const context: TranslationContext = { apiVersion: options.apiVersion, service: request.name };
  return {
    Name: request.name,
    ...toServiceLabels(request),
    TaskTemplate: {
      ContainerSpec: toContainerSpec(withEscapedTemplates(request), options, context),
      ...toTaskResources(request, context),
      ...toTaskRestartPolicy(request, context),
      ...toPlacement(request),
      ...toTaskNetworks(request),
      ...toTaskLogging(request),
    },
    ...toServiceMode(request, context),
    ...toUpdateConfig(request, context),
    ...toRollbackConfig(request),
    ...toEndpointSpec(request, context),
  };
}

/** The labels of the request, and the fields that a ServiceSpec does not have. */
function toServiceLabels(request: NormalizedRequest): Pick<ServiceCreateBody, "Labels"> {
  const added = {
    ...(request.imagePullPolicy === "never" && { [PULL_POLICY_LABEL]: "never" }),
    ...toReplicaEnvLabel(request),
  };
  return hasKeys(added) ? { Labels: { ...request.labels, ...added } } : toLabels(request);
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
    ...toServiceMounts(withShmMount(request), context),
    ...toHealthcheck(request, context),
    ...toStopGracePeriod(request),
    ...toServiceInit(request, context),
    ...toServiceCapabilities(request, context),
    ...toServiceUlimits(request, context),
    ...toSecretReferences(request, { service: request.name, ids: options.secrets }),
    ...toConfigReferences(request, { service: request.name, ids: options.configs }),
    ...toUserAndHostname(request),
    ...(request.readOnly !== undefined && { ReadOnly: request.readOnly }),
    ...toServiceProcess(request),
    ...toServiceGroups(request),
    ...toServiceResolution(request),
    ...toServiceSysctls(request, context),
  };
}

/**
 * The settings that a service was created or updated with: the inverse of {@link toServiceSpec}, from ServiceList or
 * ServiceInspect (Engine API). Equivalent specs give equal settings: sets are sorted, spellings are normalized, and values
 * that an engine or the docker command adds are left out, as are those for which a request has no field.
 */
export function fromServiceSpec(
  spec: ServiceSpec,
  { networkNames = new Map() }: { networkNames?: NetworkNames } = {},
): ServiceSettings {
  const { TaskTemplate, Labels, Mode } = spec;
  const replicaEnv = fromReplicaEnvLabel(Labels);
  const { container, templates } = fromEscapedTemplates(TaskTemplate.ContainerSpec ?? { Image: "" }, replicaEnv);
  return {
    name: spec.Name,
    image: container.Image ?? "",
    env: [...(container.Env ?? [])].sort(),
    ...replicaEnv,
    ...fromServiceLabels(Labels, container.Labels),
    ...fromContainerSpec(container),
    ...fromTaskNetworks(TaskTemplate, networkNames),
    ...fromPlacement(TaskTemplate),
    ...fromTaskResources(TaskTemplate),
    ...fromTaskRestartPolicy(TaskTemplate, Mode),
    ...fromTaskLogging(TaskTemplate),
    ...fromServiceMode(Mode),
    ...fromEndpointSpec(spec),
    ...fromUpdateConfig(spec),
    ...fromRollbackConfig(spec),
    ...(templates && { templates }),
  };
}

const fromContainerSpec = (container: AnsweredContainerSpec): Partial<ServiceSettings> => ({
  ...fromServiceCommand(container),
  ...fromServiceProcess(container),
  ...fromInit(container),
  ...fromShmMount(fromServiceMounts(container)),
  ...fromUlimits(container),
  ...fromServiceHealthcheck(container),
  ...fromStopGracePeriod(container),
  ...fromServiceCapabilities(container),
  ...fromSecretReferences(container),
  ...fromConfigReferences(container),
  ...fromServiceDirAndSignal(container),
  ...fromServiceGroups(container),
  ...fromServiceResolution(container),
  ...fromSysctls(container),
});

/**
 * The settings that {@link fromServiceSpec} would read from a service of this request: equal settings mean that an update
 * would change nothing. Needs no ids of secrets and configs: settings have their names.
 * @throws DeploymentError as `toServiceSpec`.
 */
export const toServiceSettings = (
  request: NormalizedRequest,
  options: Pick<ServiceSpecOptions, "apiVersion" | "image">,
): ServiceSettings => fromServiceSpec(toSpecWithoutIds(request, options));

/**
 * Checks whether a request can become a service, without asking the engine. Needs no ids of secrets and configs.
 * @throws DeploymentError as `toServiceSpec`.
 */
export function checkServiceRequest(request: NormalizedRequest, options: Pick<ServiceSpecOptions, "apiVersion">): void {
  toSpecWithoutIds(request, options);
}

/** The spec with names in place of ids. */
const toSpecWithoutIds = (
  request: NormalizedRequest,
  options: Pick<ServiceSpecOptions, "apiVersion" | "image">,
): ServiceCreateBody =>
  toServiceSpec(request, { ...options, secrets: namesAsIds(request.secrets), configs: namesAsIds(request.configs) });

const namesAsIds = (files: readonly FileReference[] = []): ResourceIds =>
  Object.fromEntries(files.map(({ name }) => [name, name]));
