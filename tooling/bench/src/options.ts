import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ENGINE_VERSIONS, type EngineVersion } from "@openfactory/swarm-harness";

/** The parts of the benchmark, and whether each runs only with `--only`. */
const PARTS = {
  start: "always",
  swarm: "always",
  local: "always",
  calls: "always",
  wait: "always",
  plan: "always",
  memory: "always",
  logs: "always",
  scale: "on request",
  ready: "on request",
  concurrency: "on request",
} as const satisfies Record<string, "always" | "on request">;
export type Part = keyof typeof PARTS;

const ALL_PARTS = Object.keys(PARTS) as Part[];

/** The benchmark and the engine take a part of it. */
const MIN_MEMORY_MB = 512;

export const USAGE = `Usage: npm run bench -- [options]

  --only PART        ${ALL_PARTS.join(", ")}; repeatable
  --workload TEXT    only workloads whose name contains the text; repeatable
  --runs N           runs of each contender, default 9
  --json FILE        also write the figures to a file
  --engine VERSION   an engine in a container: ${ENGINE_VERSIONS.join(", ")}
  --quarter          a quarter of one core; as root
  --memory MB        at least ${MIN_MEMORY_MB}; as root
  --ofdeploy FILE    measure this executable, or this ofdeploy.js, instead of the checkout's
  --before FILE      also measure another executable or ofdeploy.js, in the same run`;

export interface BenchOptions {
  readonly parts: readonly Part[];
  /** Parts of names, of which a workload has one. */
  readonly workloads: readonly string[];
  readonly runs: number;
  /** Path of the file for the figures. */
  readonly json: string | undefined;
  readonly engine: EngineVersion | undefined;
  readonly quarter: boolean;
  readonly memoryMb: number | undefined;
  /** Absolute paths of builds of ofdeploy. */
  readonly ofdeploy: string | undefined;
  readonly before: string | undefined;
  readonly help: boolean;
}

/**
 * Reads the command line.
 * @throws Error with one line for the user.
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true, default: ALL_PARTS.filter((part) => PARTS[part] === "always") },
      workload: { type: "string", multiple: true, default: [""] },
      runs: { type: "string", default: "9" },
      json: { type: "string" },
      engine: { type: "string" },
      quarter: { type: "boolean", default: false },
      memory: { type: "string" },
      ofdeploy: { type: "string" },
      before: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  return {
    parts: values.only.map((part) => oneOf("--only", part, ALL_PARTS)),
    workloads: values.workload,
    runs: atLeast("--runs", values.runs, 1),
    json: values.json,
    engine: values.engine === undefined ? undefined : oneOf("--engine", values.engine, ENGINE_VERSIONS),
    quarter: values.quarter,
    memoryMb: values.memory === undefined ? undefined : atLeast("--memory", values.memory, MIN_MEMORY_MB),
    ofdeploy: values.ofdeploy && resolve(values.ofdeploy),
    before: values.before && resolve(values.before),
    help: values.help,
  };
}

function oneOf<Value extends string>(option: string, text: string, values: readonly Value[]): Value {
  const found = values.find((value) => value === text);
  if (found === undefined) throw new Error(`${option} requires one of ${values.join(", ")}, not ${text}.`);
  return found;
}

function atLeast(option: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least)
    throw new Error(`${option} requires a whole number of at least ${least}, not ${text}.`);
  return number;
}
