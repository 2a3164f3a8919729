export type { ModelOptions } from "./cases/random-runs.js";
export { type Behaviour, type ContractOptions, describeStrategyContract } from "./describe-strategy-contract.js";
export { describeStrategyModel } from "./describe-strategy-model.js";
export type { ObservedInstance, ObservedOpenFiles, ObservedPort, ObservedSettings } from "./observed.js";
export { type ContractPrograms, type PrintedLine, shellPrograms } from "./programs.js";
export type {
  ContractFactory,
  ContractImages,
  ContractProbes,
  ContractTarget,
  ForeignWorkload,
  SlowImage,
} from "./target.js";
