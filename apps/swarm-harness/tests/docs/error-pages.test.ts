import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES, errorPage, type ErrorCode } from "@openfactory/deploy-core";
import { EXIT, exitCodeOf } from "../../../cli/src/exit-codes.js";
import { describe, expect, test } from "vitest";
import { EXAMPLES, runExample } from "./support/error-examples.js";
import { root } from "./support/pages.js";

const folder = join(root, "docs/errors");
const ofCommand = { USAGE: EXIT.badInput, INTERNAL: EXIT.internal };
const codes = [...ERROR_CODES, ...Object.keys(ofCommand)] as (ErrorCode | keyof typeof ofCommand)[];
const exitCodeFor = (code: (typeof codes)[number]): number =>
  code in ofCommand ? ofCommand[code as keyof typeof ofCommand] : exitCodeOf(code as ErrorCode);
const fileOf = (code: string): string => join(folder, `${code}.md`);

test("each code has a page, and each page has a code", () => {
  const names = readdirSync(folder).filter((name) => name !== "index.md");
  expect(names.sort()).toEqual(codes.map((code) => `${code}.md`).sort());
});

describe.each(codes)("docs/errors/%s.md", (code) => {
  const text = readFileSync(fileOf(code), "utf8");

  test("is at the address that the error prints", () => {
    expect(errorPage(code)).toMatch(new RegExp(`/errors/${code}$`));
  });

  test("has the meaning, the exit code, an example with the address, causes and fixes", () => {
    expect(text).toMatch(new RegExp(`^# ${code}\n\n[A-Z][^\n]+`));
    expect(text).toContain(`\nExit code of the command: ${exitCodeFor(code)}.\n`);
    const [, example = ""] = /\n## Example\n[\s\S]*?```(?:console|text)\n([\s\S]*?)```\n/.exec(text) ?? [];
    expect(example).toMatch(new RegExp(`^error\\[${code}\\] .+`, "m"));
    expect(example).toContain(errorPage(code));
    expect(text).toMatch(/\n## Causes and fixes\n\n\| cause +\| fix +\|\n/);
  });
});

test.each(Object.entries(EXAMPLES))(
  "docs/errors/%s.md shows what the command prints (UPDATE_DOCS=1 writes it)",
  async (code, example) => {
    const text = readFileSync(fileOf(code), "utf8");
    const ran = await runExample(example);
    expect(ran.code).toBe(exitCodeFor(code as keyof typeof EXAMPLES));
    const updated = text.replace(/(```console\n)[\s\S]*?(```\n)/, (_, open, close) => open + ran.text + close);
    if (process.env["UPDATE_DOCS"] === "1") writeFileSync(fileOf(code), updated);
    else expect(text).toBe(updated);
  },
);

test("docs/errors/index.md lists all codes (UPDATE_DOCS=1 writes it)", () => {
  const path = fileOf("index");
  const page = readFileSync(path, "utf8");
  const meaning = (code: string): string => readFileSync(fileOf(code), "utf8").split("\n")[2] ?? "";
  const rows = codes.map((code) => `| [${code}](${code}.md) | ${exitCodeFor(code)} | ${meaning(code)} |`);
  const table = ["| code | exit code | meaning |", "| --- | --- | --- |", ...rows].join("\n");
  const updated = page.replace(/(<!-- table: codes -->\n)[\s\S]*?(\n<!-- end -->)/, `$1\n${table}\n$2`);
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, updated);
  else expect(withoutPadding(page)).toBe(withoutPadding(updated));
});

/** `npm run format` pads the cells of tables. */
const withoutPadding = (text: string): string => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
