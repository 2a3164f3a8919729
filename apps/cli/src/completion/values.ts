import { Argument, type Option } from "commander";
import type { CommandLine, Program } from "./command-line.js";
import type * as names from "./names.js";
import type { Candidate } from "./names.js";
import type { Io } from "../io.js";

/** The words for the cursor. `after`: `files` lets the shell complete a path, `nospace` adds no space after a word. */
export interface Completion {
  candidates: readonly Candidate[];
  after?: "files" | "nospace";
}

/** Finds candidates. Errors and a time limit mean that there are none. */
type Find = (line: CommandLine, io: Io, signal: AbortSignal) => Promise<readonly Candidate[]>;

/** Live names, whose module is loaded when they are needed. */
const live =
  (name: keyof typeof names): Find =>
  async (...args) =>
    (await import("./names.js"))[name](...args);

/** What a value is: live names, a path, fixed words, or a text that can't be completed. */
type Kind = Find | "file" | "command" | "text" | readonly string[];

/** The values of options, except of those with choices. A command's own options begin with its name. */
export const OPTION_VALUES: Readonly<Record<string, Kind>> = {
  "--file": "file",
  "--project": live("projects"),
  "--project-name": live("projects"),
  "--env-file": "file",
  "--profile": live("profiles"),
  "--platform": live("platforms"),
  "--host": ["unix://", "tcp://", "ssh://"],
  "--context": live("contexts"),
  "--option": "text",
  "--plugin": "file",
  "--adopt": live("appNames"),
  "--timeout": ["30s", "2m", "5m"],
  "--interval": ["1s", "2s", "5s"],
  "--concurrency": "text",
  "--since": ["10m", "1h", "24h"],
  "--tail": ["10", "100", "1000"],
  "--index": "text",
  "--user": "text",
  "--env": "text",
  "--workdir": "text",
  "--out": "file",
  "--html": "file",
  "--trace": "file",
  "--metrics": "file",
  "--policy": "file",
  "--output": "file",
  "--name": "text",
  "--image": "text",
  "--from-running": live("serviceNames"),
};

/** The values of arguments, except of those with choices. */
export const ARGUMENT_VALUES: Readonly<Record<string, Kind>> = {
  "up apps": live("appNames"),
  "plan apps": live("appNames"),
  "adopt apps": live("appNames"),
  "rollback apps": live("appNames"),
  "scale replicas": live("appNames"),
  "down apps": live("deployedNames"),
  "ps apps": live("deployedNames"),
  "logs apps": live("deployedNames"),
  "restart apps": live("deployedNames"),
  "stop apps": live("deployedNames"),
  "start apps": live("deployedNames"),
  "exec app": live("deployedNames"),
  "exec command": "text",
  "wait apps": live("deployedNames"),
  "images apps": live("deployedNames"),
  "port app": live("deployedNames"),
  "port port": live("ports"),
  "refresh-auth apps": live("deployedNames"),
  "help command": "command",
};

/** The words for the cursor of a command line. */
export async function completionOf(
  line: CommandLine,
  program: Program,
  io: Io,
  signal: AbortSignal,
): Promise<Completion> {
  const { command, expected, current } = line;
  if (expected === "command") return { candidates: commandCandidates(program) };
  if (expected === "option" || (expected === undefined && current === ""))
    return { candidates: optionCandidates(line) };
  if (expected === undefined) return { candidates: [] };
  if (expected.argChoices !== undefined) return { candidates: words(expected.argChoices) };
  const isArgument = expected instanceof Argument;
  const kind = isArgument ? ARGUMENT_VALUES[`${command?.name} ${expected.name()}`] : OPTION_VALUES[expected.long ?? ""];
  if (kind === undefined || kind === "text") return { candidates: [] };
  if (kind === "file") return { candidates: [], after: "files" };
  if (kind === "command") return { candidates: commandCandidates(program) };
  if (typeof kind !== "function") {
    const candidates = words(kind);
    return { candidates, ...(kind.some((word) => word.endsWith("/")) && { after: "nospace" }) };
  }
  const found = await kind(line, io, signal);
  const candidates = isArgument && expected.variadic ? found.filter(({ value }) => !isGiven(value, line)) : found;
  // A saved plan can be an argument of up.
  const isPath = command?.name === "up" && isArgument && !candidates.some(({ value }) => value.startsWith(current));
  if (isPath) return { candidates: [], after: "files" };
  if (command?.name !== "scale" || !isArgument) return { candidates };
  return { candidates: candidates.map(({ value, ...rest }) => ({ ...rest, value: `${value}=` })), after: "nospace" };
}

const isGiven = (name: string, { arguments: given }: CommandLine): boolean =>
  given.some((word) => word === name || word.startsWith(`${name}=`));

const words = (values: readonly string[]): Candidate[] => values.map((value) => ({ value }));

const commandCandidates = ({ commands }: Program): Candidate[] =>
  commands.map(({ name, description }) => ({ value: name, description }));

function optionCandidates({ command, options, given }: CommandLine): Candidate[] {
  const offered = options.filter(({ long, hidden, description }) => {
    const isRepeatable = description.includes("repeatable");
    return long != null && !hidden && (isRepeatable || !given.has(long));
  });
  return [
    ...offered.map(({ long, description }: Option) => ({
      value: long ?? "",
      description: description.replace(/\s*\(.*\)$/, ""),
    })),
    { value: "--help", description: "Print help" },
    ...(command === undefined ? [{ value: "--version", description: "Print the version" }] : []),
  ];
}
