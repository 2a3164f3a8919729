import type { Argument, Option } from "commander";
import type { CommandDefinition } from "../command-table/command.js";
import type { GlobalOptions } from "../options/context.js";

/** The commands, and the options of all commands. */
export interface Program {
  commands: readonly CommandDefinition[];
  globalOptions: readonly Option[];
}

/** A command line that is being typed. */
export interface CommandLine {
  /** Undefined before the name of a command. */
  command: CommandDefinition | undefined;
  /** The options that can follow: those of the command, then the global ones. */
  options: readonly Option[];
  /** The long names of the options before the cursor. */
  given: ReadonlySet<string>;
  /** Values of the global options before the cursor. */
  globals: GlobalOptions;
  /** The arguments of the command before the cursor. */
  arguments: readonly string[];
  /** The word at the cursor, up to the cursor. */
  current: string;
  /** What the word at the cursor is: the value of an option, the next argument, an option, or the name of a command. */
  expected: Option | Argument | "option" | "command" | undefined;
}

/** Undefined if the words before the cursor are not understood, such as an unknown command. */
export function readCommandLine(before: readonly string[], current: string, program: Program): CommandLine | undefined {
  let command: CommandDefinition | undefined;
  let options = program.globalOptions;
  let pending: Option | undefined;
  let takesOptions = true;
  const named: string[] = [];
  const given = new Set<string>();
  const values: [Option, string][] = [];

  for (const word of before) {
    const isOption = takesOptions && /^-./.test(word);
    if (pending !== undefined && !(pending.variadic && isOption)) {
      values.push([pending, word]);
      if (!pending.variadic) pending = undefined;
    } else if (isOption && word !== "--") {
      const [option, value] = findOption(word, options);
      if (option?.long != null) given.add(option.long);
      if (option !== undefined && value !== undefined) values.push([option, value]);
      pending = option?.required && value === undefined ? option : undefined;
    } else if (word === "--") {
      takesOptions = false;
      pending = undefined;
    } else if (command === undefined) {
      command = program.commands.find(({ name }) => name === word);
      if (command === undefined) return undefined;
      options = optionsOf(command, program);
    } else {
      named.push(word);
      if (command.passThrough) takesOptions = false;
    }
  }
  const globals = globalsOf(values);
  const line = { command, options, given, globals, arguments: named };
  if (pending !== undefined) return { ...line, current, expected: pending };
  if (takesOptions && current.startsWith("-")) {
    const [option, value] = findOption(current, options);
    if (option !== undefined && value !== undefined && current.startsWith("--")) {
      return { ...line, current: value, expected: option };
    }
    return { ...line, current, expected: "option" };
  }
  return { ...line, current, expected: command === undefined ? "command" : nextArgument(command, named) };
}

/** The options of a command, then the global ones whose letter or name the command does not use. */
function optionsOf({ options = [] }: CommandDefinition, { globalOptions }: Program): Option[] {
  const taken = new Set(options.flatMap(({ short, long }) => [short, long]));
  return [...options, ...globalOptions.filter(({ long }) => !taken.has(long))];
}

/** The option of `--name`, `--name=value`, `-n`, `-nvalue` or `-qn`, and its value. */
function findOption(word: string, options: readonly Option[]): [option?: Option, value?: string] {
  if (word.startsWith("--")) {
    const equals = word.indexOf("=");
    const long = equals < 0 ? word : word.slice(0, equals);
    return [options.find((option) => option.long === long), equals < 0 ? undefined : word.slice(equals + 1)];
  }
  for (let index = 1; index < word.length; index += 1) {
    const option = options.find(({ short }) => short === `-${word[index]}`);
    if (option?.required) return [option, word.slice(index + 1) || undefined];
    if (option === undefined || index === word.length - 1) return [option];
  }
  return [];
}

function nextArgument(
  { arguments: accepted = [] }: CommandDefinition,
  before: readonly string[],
): Argument | undefined {
  const last = accepted.at(-1);
  return accepted[before.length] ?? (last?.variadic ? last : undefined);
}

const LISTS = new Set(["file", "envFile", "profile", "plugin"]);

function globalsOf(values: readonly [Option, string][]): GlobalOptions {
  const globals: Record<string, unknown> = {};
  for (const [option, value] of values) {
    const name = option.attributeName() === "projectName" ? "project" : option.attributeName();
    if (LISTS.has(name)) globals[name] = [...((globals[name] as string[] | undefined) ?? []), value];
    else if (name === "option") {
      const [key = "", ...rest] = value.split("=");
      globals[name] = { ...(globals[name] as object | undefined), [key]: rest.join("=") };
    } else globals[name] = value;
  }
  return globals as GlobalOptions;
}
