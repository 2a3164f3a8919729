import type { ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "./engine-api/body.js";
import type { ServiceSpec } from "./engine-api/service.js";
import type { ContainerSpec } from "./engine-api/service.js";
import { fromServiceCapabilities } from "./fields/capabilities-from-service.js";
import { fromPlacement } from "./fields/constraints-from-service.js";
import { fromConfigReferences, fromSecretReferences } from "./fields/file-references-from-service.js";
import { fromHealthcheck } from "./fields/healthcheck-from-service.js";
import { fromServiceLabels } from "./fields/labels-from-service.js";
import { fromServiceMode } from "./fields/mode-from-service.js";
import { fromServiceMounts } from "./fields/mounts-from-service.js";
import { fromTaskNetworks, type NetworkNames } from "./fields/networks-from-service.js";
import { fromServiceUlimits } from "./fields/open-files-from-service.js";
import { fromEndpointSpec } from "./fields/ports-from-service.js";
import { fromReplicaEnv } from "./fields/replica-env.js";
import { fromTaskResources } from "./fields/resources-from-service.js";
import { fromTaskRestartPolicy } from "./fields/restart-from-service.js";
import { fromRollbackConfig, fromUpdateConfig } from "./fields/rollout-from-service.js";
import { fromStopGracePeriod } from "./fields/stop-grace-period-from-service.js";
import { fromEscapedTexts } from "./fields/templates.js";

/**
 * What a service was asked to be, read back from its ServiceSpec (Engine API, ServiceList or ServiceInspect): the inverse
 * of `toServiceSpec`. Two specs that mean the same give equal settings: lists that are sets are sorted, spellings are
 * one, and whatever an engine or the docker command fills in by itself is left out, as is what no request can say.
 */
export function fromServiceSpec(
  spec: ServiceSpec,
  { networkNames = new Map() }: { networkNames?: NetworkNames } = {},
): ServiceSettings {
  const task = spec.TaskTemplate;
  const replicaEnv = fromReplicaEnv(spec.Labels);
  const { container, templates } = fromEscapedTexts(task.ContainerSpec ?? {}, replicaEnv);
  return {
    name: spec.Name,
    image: container.Image ?? "",
    env: [...(container.Env ?? [])].sort(),
    ...replicaEnv,
    ...fromServiceLabels(spec.Labels, container.Labels),
    ...fromContainerSpec(container),
    ...fromTaskNetworks(task, networkNames),
    ...fromPlacement(task),
    ...fromTaskResources(task),
    ...fromTaskRestartPolicy(task, spec.Mode),
    ...fromServiceMode(spec.Mode),
    ...fromEndpointSpec(spec),
    ...fromUpdateConfig(spec),
    ...fromRollbackConfig(spec),
    ...(templates && { templates }),
  };
}

function fromContainerSpec(container: Answered<ContainerSpec>): Partial<ServiceSettings> {
  const { Command, Args, User, Hostname, Init, ReadOnly } = container;
  return {
    ...(Command?.length && { command: [...Command] }),
    ...(Args?.length && { args: [...Args] }),
    ...(User && { user: User }),
    ...(Hostname && { hostname: Hostname }),
    ...(typeof Init === "boolean" && { init: Init }),
    ...(ReadOnly && { readOnly: true }),
    ...fromServiceMounts(container),
    ...fromServiceUlimits(container),
    ...fromHealthcheck(container),
    ...fromStopGracePeriod(container),
    ...fromServiceCapabilities(container),
    ...fromSecretReferences(container),
    ...fromConfigReferences(container),
  };
}
