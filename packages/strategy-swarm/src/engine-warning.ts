import type { DeploymentWarning } from "@openfactory/deploy-core";

/** A warning of the engine's own. */
export const engineWarning = (service: string, reason: string): DeploymentWarning => ({
  code: "ENGINE_WARNING",
  service,
  strategy: "swarm",
  reason,
});
