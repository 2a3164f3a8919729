import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { createVitest, type Reporter, type TestCase, type TestModule, type TestSuite } from "vitest/node";
import { type Benchmark, BENCHMARK_GROUP } from "./benchmark.js";
import type { RunSettings, TargetFacts } from "./run-settings.js";
import { groupOf } from "./selection.js";

/** The result of one case. */
export interface CaseResult {
  /** As in `Clause.cases`: `remove > remove() frees the host port`. */
  name: string;
  state: "passed" | "failed" | "skipped";
  /** The message of the first error of a failed case. */
  message?: string;
  /** Why a case was skipped. */
  reason?: string;
  durationMs: number;
}

/** The result of a run. */
export interface ContractRun {
  cases: CaseResult[];
  facts?: TargetFacts;
  /** Errors outside of cases, such as a rejected promise that nothing awaits. */
  errors: string[];
  /** If the settings ask for it. */
  benchmark?: Benchmark;
  /** Why the target can't be used. No case ran. */
  targetError?: string;
}

/** Informed while the cases run. */
export interface RunProgress {
  /** The names of all cases, before the first one runs. */
  collected(names: readonly string[]): void;
  caseDone(result: CaseResult): void;
  /** A part of the benchmark has ended. */
  measured(title: string): void;
  /** What the strategy or its target writes to the console. */
  printed(text: string): void;
}

/** The same extension as this module: TypeScript from the sources, JavaScript as published. */
const TEST_FILE = `contract.run${extname(import.meta.url)}`;

/**
 * Runs the cases of the contract in vitest, without a configuration file.
 * @param signal when aborted, the current case ends, and the target is closed.
 */
export async function runContract(
  settings: RunSettings,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<ContractRun> {
  const run: ContractRun = {
    cases: [],
    errors: [],
    ...(settings.benchmark && { benchmark: { measurements: [], remarks: [] } }),
  };
  const root = fileURLToPath(new URL(".", import.meta.url));
  const vitest = await withoutSignalListeners(() =>
    createVitest(
      "test",
      {
        config: false,
        root,
        include: [TEST_FILE],
        exclude: [],
        watch: false,
        cache: false,
        maxWorkers: 1,
        coverage: { enabled: false },
        provide: { strategyContract: settings },
        // Modules in node_modules are not transformed. This one must be, so that the target may be TypeScript.
        server: { deps: { inline: [new RegExp(`/contract\\.run\\.[jt]s$`)] } },
        reporters: [contractReporter(run, progress)],
      },
      { envDir: false, publicDir: false, logLevel: "silent" },
    ),
  );
  const cancel = () => void vitest.cancelCurrentRun("keyboard-input");
  signal.addEventListener("abort", cancel, { once: true });
  try {
    await vitest.start();
  } finally {
    signal.removeEventListener("abort", cancel);
    await vitest.close();
  }
  return run;
}

/** Removes the listeners of vitest, which end the process at a signal: the caller's `signal` lets the target be closed first. */
async function withoutSignalListeners<Value>(work: () => Promise<Value>): Promise<Value> {
  const signals = ["SIGINT", "SIGTERM"] as const;
  const before = new Map(signals.map((name) => [name, process.listeners(name)]));
  const value = await work();
  for (const name of signals) {
    for (const listener of process.listeners(name)) {
      if (!before.get(name)?.includes(listener)) process.off(name, listener);
    }
  }
  return value;
}

export function contractReporter(run: ContractRun, progress: RunProgress): Reporter {
  const reported = new Set<string>();
  return {
    onTestModuleCollected(module) {
      progress.collected([...module.children.allTests()].map(nameOf).filter((name) => !isOfBenchmark(name)));
    },
    onTestCaseResult(testCase) {
      reported.add(testCase.id);
      run.facts ??= testCase.meta().strategyContract;
      const result = caseResult(testCase);
      if (isOfBenchmark(result.name)) progress.measured(testCase.name);
      else if (run.facts !== undefined) progress.caseDone(result);
    },
    // vitest reports cases that end while this process is busy in any order, so the results are read at the end.
    onTestRunEnd(modules, unhandled) {
      for (const testCase of modules.flatMap(({ children }) => [...children.allTests()])) {
        if (reported.has(testCase.id)) addResult(run, testCase);
      }
      const suites = modules.flatMap(({ children }) => [...children.allSuites()]);
      // The only hooks of a suite are those that create and close the target.
      for (const { message } of suites.flatMap((suite) => suite.errors())) {
        if (run.facts === undefined) run.targetError ??= `The target can't be created: ${message}`;
        else run.errors.push(`The target can't be closed: ${message}`);
      }
      const [error] = modules.flatMap((module) => module.errors());
      if (error !== undefined) run.targetError ??= error.message;
      run.errors.push(...unhandled.map(({ message }) => message));
    },
    onUserConsoleLog: ({ content }) => progress.printed(content),
  };
}

function addResult({ cases, benchmark }: ContractRun, testCase: TestCase): void {
  const result = caseResult(testCase);
  if (benchmark !== undefined && isOfBenchmark(result.name)) addMeasurements(benchmark, testCase, result);
  else cases.push(result);
}

const isOfBenchmark = (caseName: string): boolean => groupOf(caseName) === BENCHMARK_GROUP;

function addMeasurements({ measurements, remarks }: Benchmark, testCase: TestCase, result: CaseResult): void {
  measurements.push(...(testCase.meta().strategyBenchmark ?? []));
  const remark = result.message ?? result.reason;
  if (remark !== undefined) remarks.push(`${testCase.name}: ${remark}`);
}

function caseResult(testCase: TestCase): CaseResult {
  const result = testCase.result();
  const name = nameOf(testCase);
  const durationMs = Math.round(testCase.diagnostic()?.duration ?? 0);
  if (result.state === "passed") return { name, state: "passed", durationMs };
  if (result.state === "failed") {
    return { name, state: "failed", message: result.errors[0]?.message ?? "no message", durationMs };
  }
  return { name, state: "skipped", reason: (result.state === "skipped" && result.note) || "not run", durationMs };
}

/** The name of a case, from the groups of the contract on. */
function nameOf(testCase: TestCase): string {
  const names = [testCase.name];
  let group: TestSuite | TestModule = testCase.parent;
  while (group.type === "suite") {
    names.unshift(group.name);
    group = group.parent;
  }
  return names.slice(1).join(" > ");
}
