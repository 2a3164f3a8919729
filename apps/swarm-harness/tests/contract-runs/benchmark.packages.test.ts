import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, describe, expect, test } from "vitest";
import { type ContractRun, runContract, runFaulty } from "./run-contract.support.js";

const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SCHEMA = fileOf("../../../../packages/strategy-contract-tests/schema/conformance-report.schema.json");
const OPTIONS = ["--only", "manifest", "--benchmark", "--benchmark-services", "8"];

describe("the benchmark of the strategy in memory", () => {
  let run: ContractRun;
  beforeAll(async () => {
    run = await runContract(fileOf("../../../../tooling/conformance/src/targets/memory.ts"), ...OPTIONS);
  });

  test("measures rates, the time to ready and calls, without a remark", () => {
    expect(run.report.benchmark?.remarks).toEqual([]);
    expect(run.report.benchmark?.measurements.map(({ name, unit, operations }) => [name, unit, operations])).toEqual([
      ["from deploy() to ready, by wait()", "seconds", 5],
      ["deploys, sequential", "per second", 8],
      ["removals, sequential", "per second", 8],
      ["deploys, concurrent", "per second", 8],
      ["removals, concurrent", "per second", 8],
      ["calls of deploy()", "calls", 5],
      ["calls of remove()", "calls", 5],
      ["calls of update()", "calls", 5],
      ["calls of inspect() of an unchanged service", "calls", 5],
    ]);
  });

  test("counts the calls that the strategy makes", () => {
    const calls = run.report.benchmark?.measurements.filter(({ unit }) => unit === "calls");
    // `create` and `start`; `service` and `remove`; `service` and `change`; `service`.
    expect(calls?.map(({ value, min, max }) => [value, min, max])).toEqual([
      [2, 2, 2],
      [2, 2, 2],
      [2, 2, 2],
      [1, 1, 1],
    ]);
  });

  test("is in the JSON that the schema allows, in the summary and on the terminal", async () => {
    const validate = new Ajv2020().compile(JSON.parse(await readFile(SCHEMA, "utf8")));
    expect(validate(run.report), JSON.stringify(validate.errors)).toBe(true);
    expect(run.markdown).toMatch(/^## Benchmark\n[^]*^\| calls of deploy\(\) \| 2 calls \| 2 \| 2 \| 5 \|$/m);
    expect(run.out).toMatch(/^Benchmark:\n[^]*^ {2}calls of deploy\(\) +2 calls \(5\)$/m);
  });

  test("leaves results and exit code unchanged, and is no case of the contract", () => {
    expect(run).toMatchObject({ code: 0 });
    expect(run.report.otherFailures).toBeUndefined();
    expect(run.report.cases).toMatchObject({ failed: 0, skipped: 0 });
  });
});

const FAULT = "concurrent deploys fail, and reject a promise that nothing awaits";

test("a failure during the benchmark is a remark, and leaves the exit code 0", async () => {
  const { code, report, out, markdown } = await runFaulty({ faults: [FAULT], countsCalls: false }, ...OPTIONS);
  expect([code, report.result, report.errors]).toEqual([0, "partial", undefined]);
  const { measurements = [], remarks = [] } = report.benchmark ?? {};
  expect(measurements.map(({ name }) => name)).toEqual([
    "from deploy() to ready, by wait()",
    "deploys, sequential",
    "removals, sequential",
  ]);
  const noCalls = "the target has no calls, which would count the calls of the strategy";
  expect(remarks).toEqual([
    "concurrent deploys and removals: The engine is busy. TOKEN=***",
    `calls of deploy() and remove(): ${noCalls}`,
    `calls of update(): ${noCalls}`,
    `calls of inspect(): ${noCalls}`,
    "errors that nothing handles: not awaited",
  ]);
  expect(out).toContain("  remark: concurrent deploys and removals: The engine is busy.");
  expect(markdown).toContain("### Remarks\n\n- concurrent deploys and removals: The engine is busy.");
});
