import { defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy, type MemoryOptions, plugin as original } from "@openfactory/strategy-memory";

let world = new MemoryDeploymentStrategy();

/** A platform `memory` whose services outlive a command, as an engine's do. */
export const plugin = defineStrategyPlugin({
  ...original,
  register: (container) => void container.register(DEPLOYMENT_STRATEGY, { useValue: world }),
});

/** An empty world, where things go wrong as `options` say. */
export const resetMemory = (options: MemoryOptions = {}): MemoryDeploymentStrategy =>
  (world = new MemoryDeploymentStrategy(options));
