import { defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy, type MemoryOptions, plugin as original } from "@openfactory/strategy-memory";

let current = new MemoryDeploymentStrategy();

/** The platform `memory`. Its services stay after a command has ended, as on an engine. */
export const plugin = defineStrategyPlugin({
  ...original,
  register: (container) => void container.register(DEPLOYMENT_STRATEGY, { useValue: current }),
});

/** Replaces the services with none. @param options the failures to simulate. */
export const resetMemory = (options: MemoryOptions = {}): MemoryDeploymentStrategy =>
  (current = new MemoryDeploymentStrategy(options));
