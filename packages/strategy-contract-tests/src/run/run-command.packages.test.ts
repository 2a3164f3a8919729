import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BROKEN_CLAUSES } from "../../test/broken-strategy.js";
import { junitProblems } from "../../test/junit-problems.js";
import { main } from "./main.js";
import type { ConformanceReport } from "./report.js";

const target = fileURLToPath(new URL("../../test/broken-target.ts", import.meta.url));
const schema = new URL("../../schema/conformance-report.schema.json", import.meta.url);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "contract-run-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command, as a separate process does. */
async function run(...args: string[]) {
  let [out, err] = ["", ""];
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    on: () => undefined,
    off: () => undefined,
  });
  return { code, out, err };
}

const read = (name: string) => readFile(join(folder, name), "utf8");

describe("the run of a strategy with five faults", () => {
  let ran: Awaited<ReturnType<typeof run>>;
  let report: ConformanceReport;
  beforeAll(async () => {
    ran = await run("run", target, "--out", folder);
    report = JSON.parse(await read("conformance.json"));
  });

  test("fails with the five clauses that it breaks, and no other", () => {
    expect(ran).toMatchObject({ code: 1 });
    expect(report.clauses.filter(({ result }) => result === "failed").map(({ id }) => id)).toEqual(BROKEN_CLAUSES);
    expect(report.clauses.filter(({ result }) => result === "passed").length).toBeGreaterThan(50);
    expect([report.otherFailures, report.errors]).toEqual([undefined, undefined]);
  });

  test("prints and reports the five clauses everywhere", async () => {
    const [markdown, junit] = [await read("conformance.md"), await read("junit.xml")];
    for (const id of BROKEN_CLAUSES) {
      expect(ran.out).toContain(`FAILED ${id} (MUST)`);
      expect(markdown).toContain(`| ${id} `);
      expect(junit).toMatch(new RegExp(`<testcase name="[^"]*${id}[^"]*"[^>]*>\\s*<failure `));
    }
    expect(await read("badge.svg")).toContain("failed: core failed");
  });

  test("writes JSON that its schema allows", async () => {
    const validate = new Ajv2020().compile(JSON.parse(await readFile(schema, "utf8")));
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...report, more: 1 })).toBe(false);
  });

  test("writes JUnit XML with the elements and attributes of the schema of Jenkins", async () => {
    expect(junitProblems(await read("junit.xml"))).toEqual([]);
  });

  test("escapes what the target is called", async () => {
    expect(report.title).toBe("broken <strategy>");
    expect(await read("badge.svg")).toContain("<title>broken &lt;strategy&gt;:");
    expect(await read("conformance.md")).toContain("# Conformance of broken &#60;strategy&#62;");
  });

  test("reports implementation, engine, contract, profiles and results, and nothing of this machine", () => {
    expect(report).toMatchObject({
      contract: { version: expect.stringMatching(/^\d+\.\d+$/) },
      implementation: { name: "broken", version: "1.2.3" },
      engine: { name: "a map", version: "1" },
      strategy: { name: "broken", capabilities: ["inspect", "list"] },
      result: "failed",
    });
    expect(report.profiles.map(({ name }) => name)).toEqual(expect.arrayContaining(["core", "inspect", "wait"]));
    expect(JSON.stringify(report)).not.toContain(tmpdir());
    expect(JSON.stringify(report)).not.toContain("s3cr3t");
  });
});

test("a run of some clauses judges these", async () => {
  const { code, out } = await run("run", target, "--only", "INSPECT-1", "--json", join(folder, "some.json"));
  expect([code, out]).toEqual([0, expect.stringContaining("the selected clauses: conformant")]);
  expect(JSON.parse(await read("some.json"))).toMatchObject({ result: "partial", selection: { only: ["INSPECT-1"] } });
});

describe("a target module that can't be used is an error without a stack trace", () => {
  test.each([
    ["syntax.mjs", "export default {", "can't be loaded: syntax error at"],
    ["missing.mjs", `import "no-such-package";`, "Cannot find package 'no-such-package'"],
    ["factory.mjs", `export default () => { throw new Error("engine is down"); };`, "can't be created: engine is down"],
  ])(
    "%s",
    async (name, text, message) => {
      const path = join(folder, name);
      await writeFile(path, text);
      const { code, err } = await run("run", path);
      expect([code, err]).toEqual([3, expect.stringContaining(message)]);
      expect(err).not.toMatch(/\n\s+at /);
    },
    60_000,
  );

  test("a missing file and a folder", async () => {
    expect(await run("run", join(folder, "none.mjs"))).toMatchObject({
      code: 3,
      err: expect.stringContaining("no such file"),
    });
    expect(await run("run", folder)).toMatchObject({ code: 3, err: expect.stringContaining("not a file") });
  });
});

test("a signal of the process closes the target, and the exit code is that of the signal", async () => {
  const path = join(folder, "closing.ts");
  const closed = join(folder, "closed");
  await writeFile(
    path,
    `import { writeFileSync } from "node:fs";
     import target from ${JSON.stringify(target)};
     const factory = () => ({ ...target.factory(), close: async () => writeFileSync(${JSON.stringify(closed)}, "") });
     export default { ...target, factory };`,
  );
  const before = process.listenerCount("SIGINT");
  let interrupt = () => {};
  let listeners: number | undefined;
  const code = await main(["run", path], {
    stdout: {
      write: (text) => {
        if (!text.includes("manifest  ")) return;
        listeners = process.listenerCount("SIGINT");
        interrupt();
      },
    },
    stderr: { write: () => undefined },
    on: (signal, listener) => {
      if (signal === "SIGINT") interrupt = listener;
    },
    off: () => undefined,
  });
  expect(code).toBe(130);
  expect(await read("closed")).toBe("");
  expect(listeners, "vitest has no listener that ends the process first").toBe(before);
});

test("--help, --version and --list run no case", async () => {
  expect(await run("--help")).toMatchObject({ code: 0, out: expect.stringContaining("Exit codes:") });
  expect((await run("--version")).out).toMatch(/^\d+\.\d+\.\d+ \(contract \d+\.\d+\)\n$/);
  expect((await run("--list", "--only", "INSPECT-1")).out).toMatch(/^INSPECT-1 {2}MUST {2}inspect\n/);
});
