import { CONTRACT_VERSION, defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { memoryOptionsSchema } from "./options.js";
import { MemoryDeploymentStrategy } from "./strategy.js";

/** Adds the platform `memory`. */
export const plugin = defineStrategyPlugin({
  name: "memory",
  contractVersion: CONTRACT_VERSION,
  description: "Services in memory: nothing runs. For tests, and as a model to copy.",
  options: memoryOptionsSchema,
  register(container, options) {
    container.register(DEPLOYMENT_STRATEGY, { useValue: new MemoryDeploymentStrategy(options) });
  },
});
