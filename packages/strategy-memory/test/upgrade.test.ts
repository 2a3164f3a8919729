import { describeStrategyUpgrade } from "@openfactory/strategy-contract-tests";
import { MemoryEngine } from "../src/engine.js";
import { MemoryDeploymentStrategy } from "../src/strategy.js";
import { memoryTarget } from "./contract-target.js";

const options = { networks: [] };
const engine = new MemoryEngine(options);

// Both are of this release: the cases themselves are tested here.
describeStrategyUpgrade(
  "memory",
  () => new MemoryDeploymentStrategy(options, engine),
  () => memoryTarget(options, (all) => new MemoryDeploymentStrategy(all, engine)),
);
