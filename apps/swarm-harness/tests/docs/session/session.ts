import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { settings, withLock } from "@openfactory/test-engine";
import { COMMAND } from "../../cli/support/spawn-ofdeploy.js";
import { type CodeBlock, codeBlocksOf, root } from "../support/pages.js";
import type { SessionEngine } from "./session-engines.js";
import { Terminal } from "./terminal.js";
import { showsSame } from "./volatile.js";

/** A block whose output is not the one of the page. `captured` is its text with the output of this run. */
interface Difference {
  readonly block: CodeBlock;
  readonly captured: string;
}

/** Runs one session at a time, also of other test files: pages have the same projects and host ports. */
export const oneSession = <Value>(work: () => Promise<Value>): Promise<Value> =>
  withLock(join(settings().run, "session.lock"), work);

/**
 * Does what a page says, in a terminal: writes its files, and types its commands. A file is a block whose first line is a
 * comment with the file's name.
 * @returns the blocks whose output has changed
 */
export async function runSession(
  page: string,
  { env, shown, addresses, prepare, open }: Omit<SessionEngine, "api" | "end">,
): Promise<Difference[]> {
  const home = mkdtempSync(join(tmpdir(), "docs-session-"));
  const folder = join(home, basename(page, ".md"));
  prepare(home);
  mkdirSync(folder);
  const terminal = await (open ?? openTerminal)(home, folder, env);
  const toHere = (text: string): string => replaceAll(text, Object.entries(addresses));
  const toPage = (text: string): string =>
    replaceAll(replaceInColumns(text, addresses), [
      ...Object.entries(shown),
      [folder, `/home/me/${basename(folder)}`],
      [home, "/home/me"],
    ]);
  const type = async (command: string): Promise<string> => toPage(await terminal.type(toHere(command)));
  try {
    const differences: Difference[] = [];
    for (const block of codeBlocksOf(page)) {
      for (const command of block.directives.get("hidden")?.split("\n") ?? []) await type(command.trim());
      if (block.directives.has("not run")) continue;
      const file = fileNameOf(block);
      if (file !== undefined) writeFile(join(folder, file), toHere(block.text));
      else if (block.language === "sh") for (const line of block.text.trimEnd().split("\n")) await type(line);
      else if (block.language === "console") {
        const captured = await retype(block.text, type);
        if (captured !== block.text) differences.push({ block, captured });
      }
    }
    return differences;
  } finally {
    await terminal.close();
    rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** Replaces addresses of this machine. Pads a shorter one, so that the columns of a table stay aligned. */
function replaceInColumns(text: string, addresses: Readonly<Record<string, string>>): string {
  return Object.entries(addresses).reduce((replaced, [there, here]) => {
    const pattern = new RegExp(`${here.replaceAll(/[.[\]/]/g, "\\$&")}(\\S*)( {2,})?`, "g");
    const padding = " ".repeat(Math.max(0, here.length - there.length));
    return replaced.replaceAll(
      pattern,
      (_, rest: string, gap?: string) => `${there}${rest}${gap ? gap + padding : ""}`,
    );
  }, text);
}

const replaceAll = (text: string, pairs: readonly (readonly [from: string, to: string])[]): string =>
  pairs.reduce((replaced, [from, to]) => replaced.replaceAll(from, to), text);

/** A shell that has `ofdeploy`, as after its installation. */
function openTerminal(home: string, folder: string, env: Readonly<Record<string, string>>): Promise<Terminal> {
  const bin = join(home, ".local", "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "ofdeploy"), `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`);
  chmodSync(join(bin, "ofdeploy"), 0o755);
  symlinkSync(process.execPath, join(bin, "node"));
  const path = [bin, env.PATH ?? process.env.PATH ?? ""].join(delimiter);
  return Terminal.open(folder, { ...env, HOME: home, PATH: path, LANG: "C.UTF-8" });
}

function writeFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** `openfactory.yml` for a block that starts with `# openfactory.yml`. */
const fileNameOf = ({ language, text }: CodeBlock): string | undefined =>
  ["sh", "console"].includes(language) ? undefined : /^(?:#|\/\/) ([\w./-]+\.\w+)\n/.exec(text)?.[1];

/** Types the commands of a `console` block. Returns its text, with the outputs that have changed. */
async function retype(text: string, type: (command: string) => Promise<string>): Promise<string> {
  const parts = text.split(/^(?=\$ )/m);
  let captured = "";
  for (const part of parts) {
    const [, command = "", shown = ""] = /^\$ (.*(?:\n> .*)*)\n([\s\S]*)$/.exec(part) ?? [];
    const output = await type(command.replaceAll("\n> ", "\n"));
    const isSame = showsSame(output, shown.trimEnd());
    captured += isSame
      ? part
      : `$ ${command}\n${output === "" ? "" : `${output}\n`}${part.endsWith("\n\n") ? "\n" : ""}`;
  }
  return captured;
}

/** Writes the outputs of this run into their page. */
export function writeCaptures(page: string, differences: readonly Difference[]): void {
  const path = join(root, page);
  const source = readFileSync(path, "utf8");
  // From the end, so that the offsets of earlier blocks stay.
  const updated = differences.toReversed().reduce((text, { block: { offset, text: shown }, captured }) => {
    return text.slice(0, offset) + captured + text.slice(offset + shown.length);
  }, source);
  writeFileSync(path, updated);
}
