import { isBookkeepingLabel, type NormalizedRequest } from "@openfactory/deploy-core";

type LabelsField = Pick<NormalizedRequest, "labels">;

/**
 * `labels` to `Labels` of ContainerConfig, ServiceSpec and ContainerSpec. A service has them twice, so that they are
 * found on the service and on its containers alike; each gets its own copy.
 */
export const toLabels = ({ labels }: LabelsField): { Labels?: Record<string, string> } =>
  labels === undefined ? {} : { Labels: { ...labels } };

/**
 * `labels` to `Labels` of ContainerSpec, without the deployer's account of the service: another label there makes the
 * swarm replace every task, where another number of replicas, say, lets those that run run on.
 */
export const toTaskLabels = ({ labels }: LabelsField): { Labels?: Record<string, string> } =>
  labels === undefined
    ? {}
    : { Labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !isBookkeepingLabel(label))) };
