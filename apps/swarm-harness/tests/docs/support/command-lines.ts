import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkArguments } from "../../../../cli/src/program.js";
import { captureIo } from "../../cli/support/run-ofdeploy.js";
import { root } from "./pages.js";

/** Programs of others, whose arguments are not checked. */
const OTHER_PROGRAMS = new Set(
  `alias apt apt-get cat cd chmod chown cosign cp crontab curl docker docker-registry echo envsubst esbuild eval export exportfs gh grep head htpasswd jq kubectl mkdir
  mount mv nano ofa openssl rm scp sed sha256sum sleep source ssh ssh-copy-id ssh-keygen sudo tail tar tee test touch uname vt xattr`.split(
    /\s+/,
  ),
);

const WORD = /\s+|#.*|(\|\||&&|[|;&\n])|\d?[<>]+&?\d?|((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\|;&<>])+)/gy;

/** Splits a shell line into its commands, each a list of words. Supports quotes, comments, pipes and redirections. */
export function splitCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  let redirects = false;
  // `<name>` stands for a word of the reader, and `$(...)` and `$NAME` for any text.
  const text = line.replaceAll(/<[a-z][\w .-]*>/gi, "word").replaceAll(/\$\([^)]*\)/g, "word");
  for (const [found, separator, word] of text.matchAll(WORD)) {
    if (separator !== undefined) commands.push([]);
    else if (/^\d?[<>]/.test(found)) redirects = !found.includes("&");
    else if (word !== undefined && redirects) redirects = false;
    else if (word !== undefined) commands.at(-1)?.push(unquote(word));
  }
  return commands.filter((words) => words.length > 0);
}

const unquote = (word: string): string =>
  word.replaceAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g, (_, double, single, escaped) => double ?? single ?? escaped);

/** Joins lines that end in a backslash. */
const logicalLines = (text: string): string[] =>
  text
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

/** Returns the commands in a block of shell lines, or in a `console` block, whose commands start with `$`. */
export const commandLinesOf = (language: string, text: string): string[] => {
  if (language === "console") {
    return [...text.matchAll(/^\$ (.*(?:\n> .*)*)/gm)].map(([, line = ""]) => line.replaceAll(/\\?\n> /g, " "));
  }
  // The first five words of a crontab line are its schedule.
  return logicalLines(text).map((line) => (language === "crontab" ? line.replace(/^(?:\S+\s+){5}/, "") : line));
};

/** Returns the problem of the first command of a shell line that can't be run; undefined if there is none. */
export async function problemOfLine(line: string, page: string): Promise<string | undefined> {
  for (const command of splitCommands(line)) {
    const problem = await problemOfCommand(command, page);
    if (problem !== undefined) return `${line}: ${problem}`;
  }
  return undefined;
}

async function problemOfCommand(words: readonly string[], page: string): Promise<string | undefined> {
  const [program = "", ...args] = words.slice(words.findIndex((word) => !/^[A-Z_a-z]\w*=/.test(word)));
  if (words.every((word) => /^[A-Z_a-z]\w*=/.test(word))) return undefined;
  if (program === "ofdeploy") return problemOfArguments(args);
  if (program === "npx" && args[0] === "ofdeploy") return problemOfArguments(args.slice(1));
  if (program === "sudo" || program === "time") return problemOfCommand(args, page);
  if (program === "npx" || program === "npm") return problemOfNpm(program, args, page);
  if (program === "node" || program.includes("/")) {
    const script = program === "node" ? (args.find((arg) => !arg.startsWith("-")) ?? "") : program;
    if (/ofdeploy(\.js)?$/.test(script)) return problemOfArguments(args.slice(program === "node" ? 1 : 0));
    const exists =
      /^[\w-]+\.m?[jt]s$/.test(script) ||
      [root, join(root, dirname(page))].some((folder) => existsSync(join(folder, script)));
    return exists ? undefined : `there is no file ${script}`;
  }
  return OTHER_PROGRAMS.has(program) ? undefined : `unknown program ${program}`;
}

/** Returns why `ofdeploy` would refuse its command line; undefined if it would run. */
export async function problemOfArguments(args: readonly string[]): Promise<string | undefined> {
  try {
    await checkArguments(args, captureIo(root));
    return undefined;
  } catch (error) {
    const { exitCode, message } = error as Error & { exitCode?: number };
    return exitCode === 0 ? undefined : message;
  }
}

/** `npm run` names a script of this repository, or of the template of a strategy. */
function problemOfNpm(program: string, args: readonly string[], page: string): string | undefined {
  const isTemplate = /template|strategies|create-strategy/.test(page);
  const manifest = isTemplate ? "packages/create-strategy/template/_package.json" : "package.json";
  const { scripts } = JSON.parse(readFileSync(join(root, manifest), "utf8")) as { scripts: Record<string, string> };
  const [command = "", name = ""] = args;
  const script = command === "run" ? name : command;
  const known = ["ci", "create", "exec", "install", "pack", "publish", "init"].includes(command);
  return program === "npx" || known || Object.hasOwn(scripts, script) ? undefined : `there is no script ${script}`;
}
