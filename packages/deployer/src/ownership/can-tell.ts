import { type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";

/**
 * Whether the strategy can keep ownership labels and show them again. Where it can't, nobody knows who made a service:
 * what is in the way is told by the deploy itself (`ALREADY_EXISTS`), and services are removed by name alone.
 */
export const canTellOwners = (strategy: OpenFactoryServiceDeploymentStrategy): boolean =>
  strategy.manifest.honours.includes("labels") && (supports(strategy, "list") || supports(strategy, "inspect"));
