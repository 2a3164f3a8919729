import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerCreateBody } from "./engine-api/container.js";
import { toHostCapabilities } from "./fields/capabilities.js";
import { toContainerCommand } from "./fields/command.js";
import { toEnv } from "./fields/env.js";
import { toHealthcheck } from "./fields/healthcheck.js";
import { toHostInit } from "./fields/init.js";
import { toLabels } from "./fields/labels.js";
import { toHostMounts } from "./fields/mounts.js";
import { toNetworkingConfig, toNetworkMode } from "./fields/networks.js";
import { toHostUlimits } from "./fields/open-files.js";
import { toExposedPorts, toPortBindings } from "./fields/ports.js";
import { toHostResources } from "./fields/resources.js";
import { toHostRestartPolicy } from "./fields/restart.js";
import { toStopTimeout } from "./fields/stop-grace-period.js";
import type { TranslationContext } from "./api-version.js";

export interface ContainerBodyOptions {
  /** The negotiated Engine API version, e.g. `1.41`. */
  apiVersion: string;
  /** Name of the service that the container is one of several of; an alias on its networks. Default: the request's. */
  serviceName?: string;
}

/**
 * The body of `POST /containers/create` (Engine API, ContainerCreate); the name goes into the query. Below API 1.44 it
 * names the first network only: `networksToConnect` gives the others.
 *
 * A container does not express: `constraints`, `mode`, `secrets`, `configs`, `updateConfig`, `rollbackConfig`,
 * `resources.Reservations.NanoCPUs`, `restart.Delay`, `restart.Window`, and `restart.MaxAttempts` but with
 * `on-failure`.
 * @throws DeploymentError `UNSUPPORTED` for a setting that the API version does not have.
 */
export function toContainerCreateBody(request: NormalizedRequest, options: ContainerBodyOptions): ContainerCreateBody {
  const context: TranslationContext = { apiVersion: options.apiVersion, service: options.serviceName ?? request.name };
  return {
    Image: request.image,
    ...toEnv(request),
    ...toLabels(request),
    ...toContainerCommand(request),
    ...toExposedPorts(request),
    ...toHealthcheck(request, context),
    ...toStopTimeout(request),
    ...(request.user !== undefined && { User: request.user }),
    ...(request.hostname !== undefined && { Hostname: request.hostname }),
    // Nothing is attached: what the process writes goes to the log.
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: {
      ...toNetworkMode(request),
      ...toPortBindings(request),
      ...toHostMounts(request, context),
      ...toHostResources(request),
      ...toHostUlimits(request),
      ...toHostRestartPolicy(request),
      ...toHostInit(request),
      ...toHostCapabilities(request),
      ...(request.readOnly !== undefined && { ReadonlyRootfs: request.readOnly }),
    },
    ...toNetworkingConfig(request, options),
  };
}
