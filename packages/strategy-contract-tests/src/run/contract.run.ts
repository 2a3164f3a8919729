// The test file of `strategy-contract-tests run`. vitest loads it, and it loads the target module.
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { readManifest } from "@openfactory/deploy-core";
import { beforeEach, describe, inject } from "vitest";
import { chooseGroups, describeContractAnd } from "../describe-strategy-contract.js";
import { caseNameOf } from "../describe-with-target.js";
import { clauses, clausesOfCases } from "../specification/specification.js";
import type { ContractTarget } from "../target.js";
import { BENCHMARK_GROUP } from "./benchmark.js";
import { benchmarkCases } from "./benchmark-cases.js";
import type { TargetFacts } from "./run-settings.js";
import { groupOf, isSelected, NOT_SELECTED } from "./selection.js";
import { checkTarget, readTargetModule, TargetModuleError } from "./target-module.js";

// The runner ends the run when the terminal sends SIGINT to all its processes; then `close` of the target still runs.
process.on("SIGINT", () => {});

const { target: file, options, selection, benchmark } = inject("strategyContract");
const { factory, name, options: ownOptions, implementation, engine } = await load();
const title = name ?? implementation?.name ?? file.name;
const clausesOf = clausesOfCases(clauses);
const groups = chooseGroups(selection.shard === undefined ? {} : { shard: selection.shard });
let target: ContractTarget | undefined;
let isReported = false;

beforeEach((context) => {
  if (target !== undefined && !isReported) {
    isReported = true;
    context.task.meta.strategyContract = factsOf(target);
  }
  const caseName = caseNameOf(context.task, `strategy contract: ${title}`);
  if (groupOf(caseName) === BENCHMARK_GROUP) return;
  if (!isSelected(selection, caseName, clausesOf(caseName), groups)) context.skip(NOT_SELECTED);
});

const createTarget = async () => (target = checkTarget(await factory()));

describeContractAnd(title, createTarget, { ...ownOptions, ...options }, (suite) => {
  if (benchmark !== undefined) describe(BENCHMARK_GROUP, () => benchmarkCases(suite, benchmark));
});

async function load() {
  try {
    return readTargetModule(file.name, await import(/* @vite-ignore */ pathToFileURL(file.path).href));
  } catch (error) {
    if (error instanceof TargetModuleError) throw error;
    throw new TargetModuleError(`${file.name} can't be loaded: ${loadProblem(error)}`);
  }
}

/** Where Vite found a syntax error: vitest passes it on under this name. */
interface LoadError {
  message?: string;
  __vitest_rollup_error__?: { id?: string; loc?: { file?: string; line: number; column: number } };
}

/** What a module throws while it loads, or a syntax error with its place. */
function loadProblem(error: unknown): string {
  const { message, __vitest_rollup_error__: syntax } = error as LoadError;
  const { loc, id = loc?.file } = syntax ?? {};
  if (loc !== undefined) return `syntax error at ${id}:${loc.line}:${loc.column}`;
  return stripVTControlCharacters(message ?? String(error)).trim();
}

function factsOf({ strategy, engine: ownEngine }: ContractTarget): TargetFacts {
  const { name: strategyName, supportedFields = [], capabilities = [] } = readManifest(strategy.manifest);
  const details = engine ?? ownEngine;
  return {
    ...(name !== undefined && { name }),
    ...(implementation !== undefined && { implementation }),
    ...(details !== undefined && { engine: details }),
    manifest: { name: strategyName, supportedFields, capabilities },
  };
}
