import { describe, expect, test } from "vitest";
import type { Io } from "../io.js";
import { jsonText } from "./json-lines.js";
import { safeIo } from "./safe-output.js";
import { terminalText, withoutWorkflowCommands } from "./terminal-text.js";

const ESC = "\u001b";

describe("terminalText() keeps", () => {
  test.each([
    ["text", "a\tb\nä 漢 🙂"],
    ["colors", `${ESC}[31mred${ESC}[0m ${ESC}[1;38;5;8mbold gray${ESC}[m ${ESC}[38;2;8;8;8mrgb${ESC}[39m`],
  ])("%s", (_, text) => expect(terminalText(text)).toBe(text));
});

describe("terminalText() removes", () => {
  test.each([
    ["a cleared screen", `a${ESC}[2J${ESC}[Hb`, "ab"],
    ["movements of the cursor", `a${ESC}[1A${ESC}[10;20Hb`, "ab"],
    ["private modes", `a${ESC}[?1049h${ESC}[?25lb`, "ab"],
    ["a window title", `a${ESC}]0;title\u0007b`, "ab"],
    ["a window title that ends with ST", `a${ESC}]2;title${ESC}\\b`, "ab"],
    ["a title that does not end", `a${ESC}]0;title\nb`, "a\nb"],
    ["a link", `${ESC}]8;;http://evil.example${ESC}\\docs${ESC}]8;;${ESC}\\`, "docs"],
    ["a write to the clipboard", `${ESC}]52;c;cm0gLXJm\u0007x`, "x"],
    ["device control", `a${ESC}P+q544e${ESC}\\b`, "ab"],
    ["application commands", `a${ESC}_Gf=100;AAAA${ESC}\\b`, "ab"],
    ["a reset of the terminal", `a${ESC}cb`, "ab"],
    ["a change of the character set", `a${ESC}(0b`, "ab"],
    ["a request for an answer", `a${ESC}[6n${ESC}[>cb`, "ab"],
    ["hidden text", `a${ESC}[8mb${ESC}[1;8mc${ESC}[08md`, "abcd"],
    ["sequences of one character (C1)", "a\u009b2Jb\u009d0;x\u009cc\u0090x\u009cd", "abcd"],
    ["backspaces, and other controls", "a\b\u0000\u0007\u000e\u007fb", "ab"],
    ["a sequence that ends with the text", `a${ESC}`, "a"],
    ["an incomplete sequence", `a${ESC}[12;`, "a"],
    ["a sequence within a sequence", `a${ESC}${ESC}[2J${ESC}[${ESC}[2Jb`, "ab"],
    ["a sequence that appears when another is removed", `${ESC}${ESC}c[2Jx`, "[2Jx"],
    ["overrides of the direction", "a\u202etxt.exe\u2066b\u2069", "atxt.exeb"],
    ["carriage returns", "real\rfake\r\nb", "real fake\nb"],
  ])("%s", (_, text, expected) => {
    expect(terminalText(text)).toBe(expected);
    expect(terminalText(terminalText(text))).toBe(expected);
  });
});

test.each([
  ["::error file=x::y", ": :error file=x::y"],
  ["a\n  ::add-path::/evil", "a\n  : :add-path::/evil"],
  ["text ##[add-mask]x", "text # #[add-mask]x"],
  ["a::b and c: d", "a::b and c: d"],
])("withoutWorkflowCommands() turns %j into %j", (text, expected) =>
  expect(withoutWorkflowCommands(text)).toBe(expected),
);

test("jsonText() escapes what a terminal could interpret, and loses nothing", () => {
  const value = { line: `${ESC}[2J\u009b2J\u202e\u007f` };
  expect(jsonText(value)).toBe('{"line":"\\u001b[2J\\u009b2J\\u202e\\u007f"}');
  expect(JSON.parse(jsonText(value))).toEqual(value);
});

describe("safeIo()", () => {
  const io = (env: Record<string, string> = {}) => {
    const written: string[] = [];
    const output = { write: (text: string) => void written.push(text), drained: () => Promise.resolve(), columns: 40 };
    const confirm = (question: string) => Promise.resolve(written.push(question) > 0);
    return { written, io: safeIo({ stdout: output, stderr: output, env, confirm } as unknown as Io) };
  };

  test("makes texts and questions safe, and keeps the properties of the streams", async () => {
    const { written, io: safe } = io();
    safe.stdout.write(`a${ESC}[2Jb`);
    safe.stderr.write(`::c${ESC}]0;x\u0007`);
    await safe.confirm?.(`d${ESC}[2J?`);
    expect(written).toEqual(["ab", "::c", "d?"]);
    expect(safe.stdout.columns).toBe(40);
  });

  test("also removes commands of the workflow in GitHub Actions", () => {
    const { written, io: safe } = io({ GITHUB_ACTIONS: "true" });
    safe.stdout.write(`${ESC}[2J::error::x\n`);
    expect(written).toEqual([": :error::x\n"]);
  });
});
