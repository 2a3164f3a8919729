import type { StrategyManifest } from "@openfactory/deploy-core";
import type { ContractOptions } from "../describe-strategy-contract.js";
import type { EngineDetails } from "../target.js";
import type { BenchmarkOptions, Measurement } from "./benchmark.js";
import type { Selection } from "./selection.js";
import type { Implementation } from "./target-module.js";

/** What the test file needs: data, since it runs in another process. */
export interface RunSettings {
  /** The absolute path of the target module, and its name in messages. */
  target: { path: string; name: string };
  /** Override those of the module. */
  options: Pick<ContractOptions, "timeoutMs" | "pollTimeoutMs" | "model">;
  selection: Selection;
  /** Default: no benchmark. */
  benchmark?: BenchmarkOptions;
}

/** What the target says about itself. */
export interface TargetFacts {
  name?: string;
  implementation?: Implementation;
  engine?: EngineDetails;
  manifest: Pick<StrategyManifest, "name" | "supportedFields" | "capabilities">;
}

declare module "vitest" {
  interface ProvidedContext {
    strategyContract: RunSettings;
  }
  interface TaskMeta {
    /** Of one case only. */
    strategyContract?: TargetFacts;
    /** Of cases of the benchmark. */
    strategyBenchmark?: Measurement[];
  }
}
