import { expect, test } from "vitest";
import { readOptions } from "./options.ts";

test("without options, the parts that take minutes do not run", () => {
  const { parts, runs, workloads } = readOptions([]);
  expect(parts).toContain("start");
  expect(parts).not.toContain("ready");
  expect({ runs, workloads }).toEqual({ runs: 9, workloads: [""] });
});

test("options name parts, workloads, limits and builds", () => {
  expect(
    readOptions(
      "--only ready --workload ps --workload plan --runs 2 --memory 512 --quarter --engine 26.1 --ofdeploy /x/ofdeploy --before /y/ofdeploy.js".split(
        " ",
      ),
    ),
  ).toMatchObject({
    parts: ["ready"],
    workloads: ["ps", "plan"],
    runs: 2,
    memoryMb: 512,
    quarter: true,
    engine: "26.1",
    ofdeploy: "/x/ofdeploy",
    before: "/y/ofdeploy.js",
  });
});

test.each([
  [["--only", "all"], /^--only requires one of start, .*, not all\.$/],
  [["--runs", "0"], "--runs requires a whole number of at least 1, not 0."],
  [["--runs", "two"], "--runs requires a whole number of at least 1, not two."],
  [["--memory", "100"], "--memory requires a whole number of at least 512, not 100."],
  [["--engine", "19"], /^--engine requires one of .*, not 19\.$/],
  [["--fast"], /^Unknown option '--fast'/],
  [["ready"], /^Unexpected argument 'ready'/],
])("%j is rejected with what is wrong", (args, message) => {
  expect(() => readOptions(args)).toThrow(message);
});
