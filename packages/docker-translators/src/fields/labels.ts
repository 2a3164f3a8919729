import type { NormalizedRequest } from "@openfactory/deploy-core";

/**
 * `labels` to `Labels` of ContainerConfig, ServiceSpec and ContainerSpec. A service has them twice, so that they are
 * found on the service and on its containers alike; each gets its own copy.
 */
export const toLabels = ({ labels }: Pick<NormalizedRequest, "labels">): { Labels?: Record<string, string> } =>
  labels === undefined ? {} : { Labels: { ...labels } };
