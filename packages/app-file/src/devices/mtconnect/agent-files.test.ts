import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { escapeForPrintf, splitVariable } from "./agent-files.js";

/** The output of a POSIX shell's printf, in bytes. */
const printed = (escaped: string): Buffer =>
  spawnSync("sh", ["-c", `printf "%b" "$TEXT"`], { env: { PATH: process.env["PATH"], TEXT: escaped } }).stdout;

test.each([
  ["a plain text", "<a b='1'/>\n"],
  ["backslashes", String.raw`C:\new\table \\ \c \0101 \x41 \ ` + "\\"],
  ["a percent sign, quotes and a dollar sign", `100% %s "q" 'q' $HOME \`id\` $(id)`],
  ["templates of Swarm", "{{.Task.Slot}} {{{ }}} {{ {"],
  ["line ends and tabs", "a\r\nb\n\n\tc\n\n"],
  ["other letters", "Größe 温度 \u{1F3ED} \uFEFF"],
])("printf %%b restores %s", (_, text) => expect(printed(escapeForPrintf(Buffer.from(text))).toString()).toBe(text));

test("escaped text contains no template", () => {
  expect(escapeForPrintf(Buffer.from("{{{ {{{{.Task.Slot}}"))).not.toContain("{{");
});

test("text without backslashes and templates is not changed", () => {
  const text = `<a b="100%">$x {y} 温</a>\n`;
  expect(escapeForPrintf(Buffer.from(text))).toBe(text);
});

test("printf %b restores bytes that are not UTF-8", () => {
  const bytes = Buffer.from([0x3c, 0xe9, 0x5c, 0x7b, 0x7b, 0xff, 0x31, 0x3e]);
  expect(printed(escapeForPrintf(bytes))).toEqual(bytes);
});

test("the parts of a long text restore it, and no part ends inside an escape", () => {
  const text = `${"\\{{é温".repeat(30_000)}end`;
  const pieces = splitVariable("M", escapeForPrintf(Buffer.from(text)));
  expect(pieces.length).toBeGreaterThan(2);
  const values = pieces.map(({ entry }) => entry.slice(entry.indexOf("=") + 1));
  expect(Buffer.concat(values.map(printed)).toString()).toBe(text);
  for (const { entry } of pieces) expect(Buffer.byteLength(entry)).toBeLessThan(128 * 1024);
  expect(splitVariable("M", "")).toEqual([{ key: "M", entry: "M=" }]);
});
