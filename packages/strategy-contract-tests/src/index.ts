export {
  type CaseGroup,
  type ContractOptions,
  describeStrategyContract,
  describeStrategyModel,
} from "./describe-strategy-contract.js";
export type { ModelOptions } from "./model/random-runs.js";
export { describeStrategyUpgrade, type StrategyFactory, type UpgradeOptions } from "./describe-strategy-upgrade.js";
export type { FailedCallsOptions } from "./cases/failed-calls.js";
export type { DeployerFunctions } from "./cases/unchanged-runs.js";
export type { PlatformCalls } from "./platform-calls.js";
export { type ContractPrograms, type PrintedLine, shellPrograms } from "./programs.js";
export type { ConformanceReport } from "./run/report.js";
export type { ContractTargetModule, Implementation } from "./run/target-module.js";
export type {
  ContractFactory,
  ContractImages,
  ContractProbes,
  ContractTarget,
  EngineDetails,
  ForeignWorkload,
  ObservedInstance,
  ObservedOpenFiles,
  ObservedPort,
  ObservedSettings,
  SlowImage,
  UnmappedSetting,
} from "./target.js";
export type { Clause, ClauseLevel, ClauseProfile, Section } from "./specification/clause.js";
export { clauses, clausesOf, sections } from "./specification/specification.js";
