import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isValidFile, Reader, schemaKeys } from "./support/schema-keys.js";
import { wronglyRefused } from "./support/schema-values.js";

const keys = schemaKeys();
const pathsOf = (some: typeof keys): string[] => some.map(({ path }) => path);

let reader: Reader;
beforeAll(() => {
  reader = new Reader();
});
afterAll(() => reader.remove());

/** Connectors of plugins are known only where the plugin is installed. */
const ofPlugin = ({ schema: { examples = [] } }: (typeof keys)[number]): boolean => examples.includes("modbus");

describe("each key of the schema of app files", () => {
  test("has a description in sentences", () => {
    const isSentence = (text = "") => /^\S.*\.$/.test(text);
    expect(pathsOf(keys.filter(({ schema }) => !isSentence(schema.description)))).toEqual([]);
    expect(keys.length).toBeGreaterThan(180);
  });

  test("has the default that its description states, if the default is a constant", () => {
    const stated = (text = "") => /Default: (.*)\.$/.exec(text)?.[1] ?? "";
    const wrong = keys.filter(
      ({ schema }) => schema.default !== undefined && stated(schema.description) !== String(schema.default),
    );
    expect(pathsOf(wrong)).toEqual([]);
    const isConstant = (text: string) => /^(?:true|false|[\d.]+s?|[a-z]+(?:-[a-z]+)*)$/.test(text);
    const silent = keys.filter(({ schema }) => schema.default === undefined && isConstant(stated(schema.description)));
    expect(silent.filter(({ schema }) => !/Default: (?:none|unlimited)\.$/.test(schema.description ?? ""))).toEqual([]);
  });

  test("has examples that the schema and `ofdeploy validate` accept", async () => {
    const problems: string[] = [];
    for (const key of keys) {
      const { examples = [] } = key.schema;
      if (examples.length === 0) problems.push(`${key.path}: no example`);
      for (const example of examples) {
        const file = key.fileWith(example);
        const findings = ofPlugin(key) ? undefined : await reader.findings(JSON.stringify(file));
        const isValid = isValidFile(file);
        const problem = isValid ? findings?.map(({ message }) => message) : isValidFile.errors;
        if (problem !== undefined) problems.push(`${key.path}: ${JSON.stringify(example)}: ${JSON.stringify(problem)}`);
      }
    }
    expect(problems).toEqual([]);
  });
});

test("the schema accepts a value of a key if `ofdeploy validate` accepts it", async () => {
  const { tried, refused } = await wronglyRefused(64);
  expect(refused).toEqual([]);
  expect(tried).toBeGreaterThan(200);
});

test("the schema accepts the app files of the repository", async () => {
  const root = fileURLToPath(new URL("../../../..", import.meta.url));
  const { stdout } = await promisify(execFile)("git", ["ls-files", "*.yml", "*.yaml"], { cwd: root });
  const files = stdout
    .trim()
    .split("\n")
    .filter((file) => !file.startsWith("pnpm-"));
  const refused: unknown[] = [];
  let valid = 0;
  for (const file of files) {
    const parsed: unknown = parse(await readFile(join(root, file), "utf8"), { logLevel: "silent" });
    if (typeof parsed !== "object" || parsed === null || !("apps" in parsed || "devices" in parsed)) continue;
    if (isValidFile(parsed)) valid += 1;
    else refused.push({ file, errors: isValidFile.errors });
  }
  expect(refused).toEqual([]);
  expect(valid).toBeGreaterThan(0);
});
