import type { NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import type { TranslationContext } from "./api-version.js";
import type { ContainerCreateBody, ImageConfig, InspectedContainer } from "./engine-api/container-types.js";
import { fromHostCapabilities, toHostCapabilities } from "./fields/capabilities.js";
import { fromContainerCommand, toContainerCommand } from "./fields/command.js";
import { fromHostDefaults, toHostDefaults, toOverridesLabel } from "./fields/engine-defaults.js";
import { fromContainerEnv, toEnv } from "./fields/env.js";
import { fromContainerHealthcheck, mergeHealthcheck, toHealthcheck } from "./fields/healthcheck.js";
import { fromHostAccess, toHostAccess } from "./fields/host-access.js";
import { fromSysctls, toHostSysctls } from "./fields/kernel.js";
import { fromContainerLabels, toLabels } from "./fields/labels.js";
import type { Mountpoints } from "./fields/file-volumes.js";
import { fromHostMounts, toHostMounts } from "./fields/mounts.js";
import { fromHostResolution, toHostResolution } from "./fields/name-resolution.js";
import { fromNetworkSettings, toNetworkingConfig, toNetworkMode, toNetworkSettings } from "./fields/networks.js";
import { fromPortBindings, toExposedPorts, toPortBindings } from "./fields/ports.js";
import {
  fromContainerHostname,
  fromContainerUser,
  fromInit,
  fromReadonlyRootfs,
  fromStopTimeout,
  toHostInit,
  toStopTimeout,
  toUserAndHostname,
} from "./fields/process.js";
import { fromContainerProcess, toContainerProcess } from "./fields/process-settings.js";
import { fromHostResources, fromUlimits, toHostResources, toHostUlimits } from "./fields/resources.js";
import { fromHostRestartPolicy, toHostRestartPolicy } from "./fields/restart.js";
import { hasKeys } from "./plain-data.js";

export interface ContainerBodyOptions {
  /** The negotiated Engine API version, e.g. `1.41`. */
  apiVersion: string;
  /** The service of which the container is one of several: an alias on its networks. Default: the request's name. */
  serviceName?: string;
  /** The mountpoints of the volumes of secrets and configs, by name. Below API 1.45, a body that is sent requires them. */
  mountpoints?: Mountpoints;
}

/**
 * The body of `POST /containers/create` (Engine API, ContainerCreate); the name goes into the query. Below API 1.44 it
 * has the first network only: `networksToConnect` returns the others.
 *
 * A container has no field for `constraints`, `mode`, `updateConfig`, `rollbackConfig`,
 * `resources.Reservations.NanoCPUs`, `restart.Delay`, `restart.Window`, and `restart.MaxAttempts` without `on-failure`.
 * @throws DeploymentError `UNSUPPORTED` for a setting that the API version does not have.
 */
export function toContainerCreateBody(request: NormalizedRequest, options: ContainerBodyOptions): ContainerCreateBody {
  const context: TranslationContext = { apiVersion: options.apiVersion, service: options.serviceName ?? request.name };
  return {
    Image: request.image,
    ...toEnv(request),
    ...toContainerLabels(request),
    ...toContainerCommand(request),
    ...toExposedPorts(request),
    ...toHealthcheck(request, context),
    ...toStopTimeout(request),
    ...toUserAndHostname(request),
    ...toContainerProcess(request),
    // The output of the process goes to the log.
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    HostConfig: {
      ...toNetworkMode(request),
      ...toPortBindings(request),
      ...toHostMounts(request, context, options.mountpoints),
      ...toHostResources(request),
      ...toHostUlimits(request),
      ...toHostRestartPolicy(request),
      ...toHostInit(request),
      ...toHostCapabilities(request),
      ...(request.readOnly !== undefined && { ReadonlyRootfs: request.readOnly }),
      ...toHostAccess(request),
      ...toHostResolution(request),
      ...toHostSysctls(request),
      ...toHostDefaults(request),
    },
    ...toNetworkingConfig(request, options),
  };
}

/** The labels of the request, and the label of settings that inspect does not distinguish from the defaults of the engine. */
function toContainerLabels(request: NormalizedRequest): Pick<ContainerCreateBody, "Labels"> {
  const added = toOverridesLabel(request);
  return hasKeys(added) ? { Labels: { ...request.labels, ...added } } : toLabels(request);
}

/**
 * The settings that a container was created with: the inverse of {@link toContainerCreateBody}, from ContainerInspect
 * (Engine API). Values that the engine or the image adds, and the engine's defaults, are left out, so that two containers
 * of equivalent requests have equal settings.
 * @param image config of the image that the container was created from. If it is unknown, everything that the container
 * has counts as requested.
 */
export function fromContainer(container: InspectedContainer, image: ImageConfig = {}): ServiceSettings {
  const { Config, HostConfig, Name } = container;
  return {
    image: Config.Image,
    name: Name.slice(1),
    env: fromContainerEnv(Config, image),
    ...fromContainerLabels(Config, image),
    ...fromContainerCommand(Config, image),
    ...fromContainerUser(Config, image),
    ...fromContainerHostname(container),
    ...fromContainerHealthcheck(Config, image),
    ...fromStopTimeout(Config),
    ...fromContainerProcess(Config, image),
    ...fromPortBindings(HostConfig),
    ...fromNetworkSettings(container),
    ...fromHostMounts(HostConfig),
    ...fromHostResources(HostConfig),
    ...fromUlimits(HostConfig),
    ...fromHostRestartPolicy(HostConfig),
    ...fromInit(HostConfig),
    ...fromReadonlyRootfs(HostConfig),
    ...fromHostCapabilities(HostConfig),
    ...fromHostAccess(HostConfig),
    ...fromHostResolution(HostConfig),
    ...fromSysctls(HostConfig),
    ...fromHostDefaults(container),
  };
}

/**
 * The container that the engine would create for a request, as ContainerInspect would answer it, with the values that it
 * inherits from the image. {@link fromContainer} reads it as it reads an existing container, so both give the same meaning
 * to a field.
 *
 * The engine's rules (moby, daemon/commit.go `merge`): the image's variables and labels that the request does not set, its
 * user, directory and stop signal, and its health check or those of its numbers that are 0; the image's `Cmd` if the request has neither entrypoint
 * nor arguments, and its entrypoint if the request has none.
 * @throws DeploymentError as toContainerCreateBody.
 */
export function expectedContainer(
  request: NormalizedRequest,
  image: ImageConfig | undefined,
  options: { apiVersion: string },
): InspectedContainer {
  const { HostConfig, NetworkingConfig: _, ...config } = toContainerCreateBody(request, options);
  const { Entrypoint, Cmd, Env, Labels, User, Healthcheck, WorkingDir, StopSignal } = config;
  const names = new Set(Env.map(variableName));
  return {
    Id: "",
    Name: `/${request.name}`,
    Config: {
      ...config,
      Env: [...Env, ...(image?.Env ?? []).filter((entry) => !names.has(variableName(entry)))],
      Labels: { ...image?.Labels, ...Labels },
      User: User ?? image?.User,
      WorkingDir: WorkingDir ?? image?.WorkingDir,
      StopSignal: StopSignal ?? image?.StopSignal,
      Entrypoint: Entrypoint ?? image?.Entrypoint,
      Cmd: Cmd ?? (Entrypoint === undefined ? image?.Cmd : undefined),
      Healthcheck: mergeHealthcheck(Healthcheck, image?.Healthcheck),
    },
    HostConfig: { ...HostConfig },
    NetworkSettings: toNetworkSettings(request),
  };
}

const variableName = (entry: string): string => entry.split("=")[0] ?? "";
