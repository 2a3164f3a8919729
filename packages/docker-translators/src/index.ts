export { mergeServiceSpec } from "./service-update.js";
export { expectedContainer, type ContainerBodyOptions, fromContainer, toContainerCreateBody } from "./container.js";
export { containerReplicas, withoutReplicaNumber } from "./container-replicas.js";
export type { Answered } from "./engine-api/body-types.js";
export type * from "./engine-api/container-types.js";
export type * from "./engine-api/service-types.js";
export { isReplicaEntry, REPLICA_VARIABLES, REPLICAS_VARIABLE, withReplicasVariable } from "./fields/env.js";
export {
  CONTENT_FILE,
  fileVolumeName,
  fillingMarker,
  isFileVolume,
  type Mountpoints,
  parseFileVolume,
  parseFillingMarker,
  referencedFiles,
} from "./fields/file-volumes.js";
export type { ResourceIds } from "./fields/file-references.js";
export { swarmMountToContainerMount } from "./fields/mounts.js";
export { type NetworkNames, networksToConnect, toNetworkConnectBody } from "./fields/networks.js";
export { toHostRestartPolicy } from "./fields/restart.js";
export { fromNetwork, fromVolume, toNetworkCreateBody, toVolumeCreateBody } from "./networks-and-volumes.js";
export {
  checkServiceRequest,
  fromServiceSpec,
  type ServiceSpecOptions,
  toServiceSettings,
  toServiceSpec,
} from "./service.js";
export {
  FILE_VOLUME_LABEL,
  OPERATION_LABEL,
  PINNED_LABEL,
  PULL_POLICY_LABEL,
  REPLACES_LABEL,
  REPLICA_LABEL,
  RESTART_LABEL,
  STOPPED_LABEL,
  withoutStrategyLabels,
} from "./strategy-labels.js";
export { unmappedContainerSettings, unmappedServiceSettings } from "./unmapped-settings.js";
