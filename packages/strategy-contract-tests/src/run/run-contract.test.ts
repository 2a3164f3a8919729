import { expect, test } from "vitest";
import type { TestCase, TestModule } from "vitest/node";
import { BENCHMARK_GROUP } from "./benchmark.js";
import { type ContractRun, contractReporter } from "./run-contract.js";
import type { TargetFacts } from "./run-settings.js";

const facts = { strategy: "memory" } as unknown as TargetFacts;
const contract = { type: "suite", name: "strategy contract", parent: { type: "module" } };

/** A case as vitest reports it. */
const testCase = (group: string, name: string, message: string): TestCase =>
  ({
    id: name,
    name,
    parent: { type: "suite", name: group, parent: contract },
    meta: () => ({ strategyContract: facts }),
    result: () => ({ state: "failed", errors: [{ message }] }),
    diagnostic: () => ({ duration: 1 }),
  }) as unknown as TestCase;

/** @param message of an error of a hook. */
const testModule = (cases: readonly TestCase[], message?: string): TestModule =>
  ({
    children: {
      allTests: () => cases,
      allSuites: () => [{ errors: () => (message === undefined ? [] : [{ message }]) }],
    },
    errors: () => [],
  }) as unknown as TestModule;

function runWith(cases: readonly TestCase[], reported: readonly TestCase[], message?: string): ContractRun {
  const run: ContractRun = { cases: [], errors: [], benchmark: { measurements: [], remarks: [] } };
  const ignore = () => undefined;
  const reporter = contractReporter(run, { collected: ignore, caseDone: ignore, measured: ignore, printed: ignore });
  for (const one of reported) reporter.onTestCaseResult?.(one);
  void reporter.onTestRunEnd?.([testModule(cases, message)], [], "failed");
  return run;
}

const [first, second] = [testCase("wait", "wait() resolves", "one"), testCase("wait", "wait() rejects", "two")];
const [ready, calls] = [
  testCase(BENCHMARK_GROUP, "time to ready", "three"),
  testCase(BENCHMARK_GROUP, "calls", "four"),
];

test("results are in the order of the cases, in whichever order vitest reports them", () => {
  const run = runWith([first, second, ready, calls], [calls, second, ready, first]);
  expect(run.cases.map(({ message }) => message)).toEqual(["one", "two"]);
  expect(run.benchmark?.remarks).toEqual(["time to ready: three", "calls: four"]);
});

test("a case that did not run before an interruption has no result", () => {
  expect(runWith([first, second], [first]).cases.map(({ message }) => message)).toEqual(["one"]);
});

test("an error of a hook means that the target can't be created, or closed if a case ran", () => {
  expect(runWith([first], [], "no engine")).toMatchObject({ targetError: "The target can't be created: no engine" });
  expect(runWith([first], [first], "busy")).toMatchObject({ errors: ["The target can't be closed: busy"] });
});
