import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandLinesOf, problemOfArguments, problemOfLine, splitCommands } from "./support/command-lines.js";
import { type CodeBlock, codeBlocksOf, inlineCodeOf, pages, placeOf } from "./support/pages.js";
import { createConsumer, runProgram, typeErrors, writeProgram } from "./support/programs.js";
import { problemOfYaml } from "./support/yaml-blocks.js";

// Every code block of every README and page is checked. A block that can't be has the directive `unchecked` with a reason.

const SHELL = ["sh", "console", "crontab"];
const PROGRAMS = ["ts", "js"];
/** Figures, output without a command, and declarations of the reference, which are copied from the sources. */
const NOT_CODE = ["mermaid", "text", "typescript"];

const all = pages.flatMap(codeBlocksOf);
const unchecked = all.filter(({ directives }) => directives.has("unchecked"));
const checked = all.filter((block) => !unchecked.includes(block));
const inLanguages = (languages: readonly string[]): CodeBlock[] =>
  checked.filter(({ language }) => languages.includes(language));
const titled = (blocks: readonly CodeBlock[]) => blocks.map((block) => [placeOf(block), block] as const);

test("each code block has a language that is checked, or the reason why it is not", () => {
  const known = [...SHELL, ...PROGRAMS, ...NOT_CODE, "yaml", "json"];
  expect(checked.filter(({ language }) => !known.includes(language)).map(placeOf)).toEqual([]);
  expect(unchecked.filter(({ directives }) => !directives.get("unchecked")).map(placeOf)).toEqual([]);
  const counts = [...SHELL, ...PROGRAMS, "yaml", "json", ...NOT_CODE].map(
    (name) => `${inLanguages([name]).length} ${name}`,
  );
  process.stdout.write(`code blocks checked: ${counts.join(", ")}; not checked: ${unchecked.length}\n`);
  for (const block of unchecked) process.stdout.write(`  ${placeOf(block)}: ${block.directives.get("unchecked")}\n`);
});

describe("the commands of shell blocks exist and accept their arguments", () => {
  test.each(titled(inLanguages(SHELL)))("%s", async (_, { language, text, page }) => {
    const lines = commandLinesOf(language, text);
    expect(lines.length).toBeGreaterThan(0);
    const problems = await Promise.all(lines.map((line) => problemOfLine(line, page)));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });
});

test.each(pages)("the command lines in the text of %s exist and accept their arguments", async (page) => {
  const problems = inlineCodeOf(page).map(async ({ text, line }) => {
    // Capitals and ellipses stand for words of the reader.
    if (!/^ofdeploy [a-z-]/.test(text) || /\b[A-Z]{1,}\b|\.\.\.|[|[]/.test(text)) return undefined;
    const [words = []] = splitCommands(text);
    const problem = await problemOfArguments(words.slice(1));
    return problem === undefined || /is missing|requires a value|No command given/.test(problem)
      ? undefined
      : `${page}:${line}: ${text}: ${problem}`;
  });
  expect((await Promise.all(problems)).filter((problem) => problem !== undefined)).toEqual([]);
});

test.each(titled(inLanguages(["yaml"])))("the YAML at %s is valid", async (_, block) => {
  expect(await problemOfYaml(block)).toBeUndefined();
});

test.each(titled(inLanguages(["json"])))("the JSON at %s is valid", (_, { text }) => {
  expect(() => JSON.parse(text)).not.toThrow();
});

describe("programs", () => {
  const blocks = inLanguages(PROGRAMS);
  let folder: string;
  let errors: ReadonlyMap<string, string[]>;
  beforeAll(async () => {
    folder = createConsumer();
    for (const block of blocks) writeProgram(folder, block);
    errors = await typeErrors(folder, blocks);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(titled(blocks))("%s compiles with the published types", (place) => {
    expect(errors.get(place)).toEqual([]);
  });

  test.each(titled(blocks.filter(({ directives }) => directives.has("run"))))("%s runs", async (_, block) => {
    expect(await runProgram(folder, block)).toBe(block.directives.get("run"));
  });
});
