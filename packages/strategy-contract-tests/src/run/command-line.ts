import { join } from "node:path";
import { parseArgs } from "node:util";
import { CAPABILITIES } from "@openfactory/deploy-core";
import type { Clause } from "../specification/clause.js";
import type { BenchmarkOptions } from "./benchmark.js";
import type { RunSettings } from "./run-settings.js";
import { groupOf, type Selection } from "./selection.js";

/** The arguments are wrong. The message says which, for a user. */
export class UsageError extends Error {
  readonly hint: string;

  constructor(message: string, hint = "Run `strategy-contract-tests --help`.") {
    super(message);
    this.hint = hint;
  }
}

const DEFAULT_SERVICES = 20;

export const HELP = `Usage: strategy-contract-tests run <target module> [options]

Runs the contract of all deployment strategies against a target, and reports its conformance.

<target module>       a JavaScript or TypeScript module; its default export is a function that returns a ContractTarget,
                      or { factory, name, options, implementation, engine }

Reports:
  --out <folder>        writes conformance.json, conformance.md, junit.xml and badge.svg
  --json <file>         conformance report, in the format of schema/conformance-report.schema.json
  --markdown <file>     summary
  --junit <file>        results of all cases
  --badge <file>        SVG badge

Selection; other clauses are skipped, and the report is partial:
  --profile <name>      core, or a capability such as wait; several with commas or repeated
  --only <name>         a clause such as DEPLOY-3, or a group of cases such as remove; may be repeated
  --shard <n>/<count>   every count-th group of cases, beginning with the n-th

Cases:
  --timeout <seconds>       time limit of one case (default: 180)
  --poll-timeout <seconds>  how long a case waits for an expected state (default: 60)
  --model-runs <count>      number of random runs (default: 4)
  --model-steps <count>     steps of a random run
  --seed <number>           seed of the random runs

Benchmark; it never changes the result or the exit code:
  --benchmark                   measures deploys, removals, time to ready and calls after the cases
  --benchmark-services <count>  how many services it deploys in sequence and then concurrently (default: ${DEFAULT_SERVICES})

  --strict              fail if a clause with SHOULD or MAY fails
  --list                list the selected clauses with their cases, and run none
  --help                show this help
  --version             show the version of this package and of the contract

Exit codes: 0 conformant, 1 failed, 2 partial (a selected clause was skipped), 3 invalid arguments or an unusable target,
70 a bug of this command, 130 interrupted by SIGINT, 143 by SIGTERM.
`;

/** What the command line asks for. */
export type Command =
  | { do: "help" | "version" }
  | { do: "list"; selection: Selection }
  | {
      do: "run";
      target: string;
      options: RunSettings["options"];
      selection: Selection;
      /** Default: no benchmark. */
      benchmark?: BenchmarkOptions;
      files: ReportFiles;
      strict: boolean;
    };

/** The files to write. */
export interface ReportFiles {
  json?: string;
  markdown?: string;
  junit?: string;
  badge?: string;
}

const OPTIONS = {
  out: { type: "string" },
  json: { type: "string" },
  markdown: { type: "string" },
  junit: { type: "string" },
  badge: { type: "string" },
  profile: { type: "string", multiple: true },
  only: { type: "string", multiple: true },
  shard: { type: "string" },
  timeout: { type: "string" },
  "poll-timeout": { type: "string" },
  "model-runs": { type: "string" },
  "model-steps": { type: "string" },
  seed: { type: "string" },
  benchmark: { type: "boolean" },
  "benchmark-services": { type: "string" },
  strict: { type: "boolean" },
  list: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
} as const;

/** @throws UsageError */
export function parseCommandLine(args: readonly string[], clauses: readonly Clause[]): Command {
  const { values, positionals } = parse(args);
  if (values.help) return { do: "help" };
  if (values.version) return { do: "version" };
  const [command, target, ...others] = positionals;
  const selection = readSelection(values, clauses);
  if (values.list) return { do: "list", selection };
  if (command === undefined) throw new UsageError("The command is missing: run.");
  if (command !== "run") throw new UsageError(`Unknown command: ${command}. The only command is run.`);
  if (target === undefined) {
    throw new UsageError("The target module is missing.", "Run `strategy-contract-tests run ./my-target.js`.");
  }
  if (others.length > 0) throw new UsageError(`Expected one target module, got ${others.length + 1}.`);
  return {
    do: "run",
    target,
    options: readOptions(values),
    selection,
    ...readBenchmark(values),
    files: readFiles(values),
    strict: values.strict ?? false,
  };
}

type Values = ReturnType<typeof parse>["values"];

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`Invalid arguments: ${(error as Error).message.split(". ")[0]?.replace(/\.$/, "")}.`);
  }
}

function readSelection({ only, profile, shard }: Values, clauses: readonly Clause[]): Selection {
  const profiles = profile?.flatMap((text) => text.split(",").map((name) => name.trim()));
  const groups = new Set(clauses.flatMap(({ cases }) => cases.map(groupOf)));
  const isName = (name: string) => groups.has(name) || clauses.some(({ id }) => id === name);
  const badName = only?.find((name) => !isName(name));
  if (badName !== undefined) {
    throw new UsageError(
      `--only ${badName}: there is no such clause or group of cases.`,
      "Run `strategy-contract-tests --list` for the clauses and their cases.",
    );
  }
  const known: string[] = ["core", ...CAPABILITIES];
  const badProfile = profiles?.find((name) => !known.includes(name));
  if (badProfile !== undefined) {
    throw new UsageError(`--profile ${badProfile}: there is no such profile.`, `Profiles: ${known.join(", ")}.`);
  }
  return {
    ...(only && { only }),
    ...(profiles && { profiles }),
    ...(shard !== undefined && { shard: readShard(shard) }),
  };
}

function readShard(text: string): { index: number; count: number } {
  const [, index = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index < 1 || index > count) {
    throw new UsageError(`--shard ${text}: expected <n>/<count>, such as 1/2.`);
  }
  return { index, count };
}

function readOptions(values: Values): RunSettings["options"] {
  const timeoutMs = readNumber("timeout", values);
  const pollTimeoutMs = readNumber("poll-timeout", values);
  const runs = readNumber("model-runs", values);
  const steps = readNumber("model-steps", values);
  const seed = readInteger("seed", values);
  const model = {
    ...(runs !== undefined && { runs }),
    ...(steps !== undefined && { steps }),
    ...(seed !== undefined && { seed }),
  };
  return {
    ...(timeoutMs !== undefined && { timeoutMs: 1000 * timeoutMs }),
    ...(pollTimeoutMs !== undefined && { pollTimeoutMs: 1000 * pollTimeoutMs }),
    ...(Object.keys(model).length > 0 && { model }),
  };
}

function readBenchmark(values: Values): { benchmark?: BenchmarkOptions } {
  const services = readNumber("benchmark-services", values);
  if (values.benchmark) return { benchmark: { services: services ?? DEFAULT_SERVICES } };
  if (services === undefined) return {};
  throw new UsageError("--benchmark-services requires --benchmark.");
}

type NumberOption = "timeout" | "poll-timeout" | "model-runs" | "model-steps" | "seed" | "benchmark-services";

function readInteger(name: NumberOption, values: Values) {
  const text = values[name];
  if (text === undefined) return undefined;
  if (!/^-?\d{1,10}$/.test(text)) throw new UsageError(`--${name} ${text}: expected a whole number.`);
  return Number(text);
}

function readNumber(name: NumberOption, values: Values): number | undefined {
  const value = readInteger(name, values);
  if (value !== undefined && value < 1) throw new UsageError(`--${name} ${value}: expected at least 1.`);
  return value;
}

function readFiles({ out, json, markdown, junit, badge }: Values): ReportFiles {
  return {
    ...(out !== undefined && {
      json: join(out, "conformance.json"),
      markdown: join(out, "conformance.md"),
      junit: join(out, "junit.xml"),
      badge: join(out, "badge.svg"),
    }),
    ...(json !== undefined && { json }),
    ...(markdown !== undefined && { markdown }),
    ...(junit !== undefined && { junit }),
    ...(badge !== undefined && { badge }),
  };
}
