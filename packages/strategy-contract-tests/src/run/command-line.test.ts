import { expect, test } from "vitest";
import { clauses } from "../specification/specification.js";
import { parseCommandLine } from "./command-line.js";

const parse = (...args: string[]) => parseCommandLine(args, clauses);

test("parseCommandLine() reads all options", () => {
  const words = "--only remove --only DEPLOY-1 --profile core,wait --shard 1/2 --timeout 9 --poll-timeout 2";
  const model = "--model-runs 3 --model-steps 4 --seed=-5 --strict --out reports --badge b.svg";
  expect(parse("run", "t.js", ...words.split(" "), ...model.split(" "))).toEqual({
    do: "run",
    target: "t.js",
    options: { timeoutMs: 9000, pollTimeoutMs: 2000, model: { runs: 3, steps: 4, seed: -5 } },
    selection: { only: ["remove", "DEPLOY-1"], profiles: ["core", "wait"], shard: { index: 1, count: 2 } },
    files: {
      json: "reports/conformance.json",
      markdown: "reports/conformance.md",
      junit: "reports/junit.xml",
      badge: "b.svg",
    },
    strict: true,
  });
});

test("parseCommandLine() deploys 20 services in a benchmark by default", () => {
  expect(parse("run", "a")).not.toHaveProperty("benchmark");
  expect(parse("run", "a", "--benchmark")).toMatchObject({ benchmark: { services: 20 } });
  expect(parse("run", "a", "--benchmark", "--benchmark-services", "3")).toMatchObject({ benchmark: { services: 3 } });
});

test.each([
  [[], "The command is missing: run."],
  [["list"], "Unknown command: list."],
  [["run"], "The target module is missing."],
  [["run", "a", "b"], "Expected one target module, got 2."],
  [["run", "a", "--only", "x"], "--only x: there is no such clause or group of cases."],
  [["run", "a", "--profile", "x"], "--profile x: there is no such profile."],
  [["run", "a", "--shard", "3/2"], "--shard 3/2: expected <n>/<count>, such as 1/2."],
  [["run", "a", "--timeout", "0"], "--timeout 0: expected at least 1."],
  [["run", "a", "--seed", "x"], "--seed x: expected a whole number."],
  [["run", "a", "--benchmark-services", "3"], "--benchmark-services requires --benchmark."],
  [["run", "a", "--bogus"], "Invalid arguments: Unknown option '--bogus'."],
])("parseCommandLine() rejects %j", (args, message) => {
  expect(() => parse(...args)).toThrow(message);
});
