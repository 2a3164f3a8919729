import { type ModelOptions, randomRunCases } from "./cases/random-runs.js";
import { describeWithTarget } from "./describe-with-target.js";
import type { ContractFactory } from "./target.js";

const TIMEOUT_MS = 180_000;

/**
 * Registers random runs alone, as many and as long as is wanted: sequences of deploys, removals, what else the strategy
 * declares, and failures, over a handful of names. After every step the engine must have exactly the services, settings
 * and processes that a plain model says. A run that fails prints its steps, and its seed and path, by which
 * `CONTRACT_SEED=... CONTRACT_PATH=...` in the environment repeats it.
 * @param factory as of `describeStrategyContract`, which has a few short runs too.
 */
export function describeStrategyModel(name: string, factory: ContractFactory, options: ModelOptions = {}): void {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  describeWithTarget(`strategy model: ${name}`, factory, { timeoutMs }, (suite) => randomRunCases(suite, options));
}
