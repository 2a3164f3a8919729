export type { Answered } from "./engine-api/body.js";
export type * from "./engine-api/container.js";
export type * from "./engine-api/service.js";
export { changeServiceSpec } from "./change-service-spec.js";
export { containerReplicas, withoutReplicaNumber } from "./container-replicas.js";
export { toHostCapabilities, toServiceCapabilities } from "./fields/capabilities.js";
export { toContainerCommand, toServiceCommand } from "./fields/command.js";
export { toPlacement } from "./fields/constraints.js";
export { toEnv } from "./fields/env.js";
export { type ResourceIds, toConfigReferences, toSecretReferences } from "./fields/file-references.js";
export { toHealthcheck } from "./fields/healthcheck.js";
export { toHostInit, toServiceInit } from "./fields/init.js";
export { toLabels } from "./fields/labels.js";
export { isJob, toServiceMode } from "./fields/mode.js";
export { swarmMountToContainerMount, toHostMounts, toServiceMounts } from "./fields/mounts.js";
export {
  networksToConnect,
  toEndpointSettings,
  toNetworkConnectBody,
  toNetworkingConfig,
  toNetworkMode,
  toTaskNetworks,
} from "./fields/networks.js";
export { toHostUlimits, toServiceUlimits } from "./fields/open-files.js";
export { toEndpointSpec, toExposedPorts, toPortBindings } from "./fields/ports.js";
export { isReplicaEntry, REPLICA_VARIABLES, REPLICAS_VARIABLE, withReplicasVariable } from "./fields/replica-env.js";
export { toHostResources, toTaskResources } from "./fields/resources.js";
export { toHostRestartPolicy, toTaskRestartPolicy } from "./fields/restart.js";
export { toRollbackConfig, toUpdateConfig } from "./fields/rollout.js";
export { toStopGracePeriod, toStopTimeout } from "./fields/stop-grace-period.js";
export type { NetworkNames } from "./fields/networks-from-service.js";
export { asCreated } from "./from-container/as-created.js";
export { fromContainer } from "./from-container/from-container.js";
export { fromServiceSpec } from "./from-service-spec.js";
export {
  OPERATION_LABEL,
  PINNED_LABEL,
  PULL_POLICY_LABEL,
  REPLACES_LABEL,
  REPLICA_ENV_LABEL,
  REPLICA_LABEL,
  withoutOwnLabels,
} from "./own-labels.js";
export type { TranslationContext } from "./api-version.js";
export { type ContainerBodyOptions, toContainerCreateBody } from "./to-container-create-body.js";
export { checkServiceRequest, toServiceSettings } from "./to-service-settings.js";
export { type ServiceSpecOptions, toServiceSpec } from "./to-service-spec.js";
