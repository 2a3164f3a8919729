import type { DeployRequest, ServiceStatus } from "@openfactory/deploy-core";

/** The request that makes a service as it was; undefined: the strategy did not tell its settings. */
export const asItWas = ({ settings, labels }: ServiceStatus): DeployRequest | undefined =>
  settings && { ...settings, labels: { ...labels, ...settings.labels } };
