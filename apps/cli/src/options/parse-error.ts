import type { Command, CommanderError } from "commander";
import { closestMatch } from "leven";
import { UsageError } from "../errors.js";
import { ANOTHER_FILE, EXCESS_ARGUMENTS, OTHER_COMMANDS, OTHER_OPTIONS } from "./other-tools.js";

/** Turns a parser error of commander into a sentence, with a hint that names the nearest command or option. */
export function parseError({ code, message }: CommanderError, command: Command): UsageError {
  if (code === "commander.help")
    return new UsageError("No command given.", "Run `ofdeploy --help` to list the commands.");
  const [sentence = ""] = message.replace(/^error: /, "").split("\n");
  const quoted = /'([^']*)'/.exec(sentence)?.[1] ?? "";
  const hint = {
    "commander.unknownCommand": () => unknownCommand(quoted, command),
    "commander.unknownOption": () => unknownOption(quoted, command),
    "commander.excessArguments": () => (/\.ya?ml\b/.test(sentence) ? ANOTHER_FILE : EXCESS_ARGUMENTS[command.name()]),
    "commander.invalidArgument": () => {
      const choices = /Allowed choices are (.*)\.$/.exec(sentence)?.[1]?.split(", ");
      const nearest = choices && closest(quoted, choices);
      return nearest === undefined ? undefined : `Did you mean ${nearest}?`;
    },
  }[code];
  return new UsageError(asSentence(sentence), hint?.() ?? `Run \`${helpOf(command)}\`.`);
}

/** The texts of commander that read badly, and their replacements. */
const REWORDED: readonly (readonly [pattern: RegExp, text: string])[] = [
  [/^option '(?:-\w, )?(--[\w-]+).*' argument '(.*)' is invalid\./s, 'Invalid value "$2" for $1.'],
  [/^command-argument value '(.*)' is invalid for argument '(.*)'\./s, 'Invalid value "$1" for the argument $2.'],
  [/^option '(?:-\w, )?(--[\w-]+).*' argument missing/s, "$1 requires a value."],
  [/^missing required argument '(.*)'/s, "The argument $1 is missing."],
  [/'([^']*)'/g, '"$1"'],
];

const asSentence = (words: string): string => {
  const [pattern, replacement] = REWORDED.find(([each]) => words.search(each) >= 0) ?? [/$/, ""];
  const text = words.replace(pattern, replacement);
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
};

const helpOf = (command: Command): string =>
  command.parent === null ? "ofdeploy --help" : `ofdeploy ${command.name()} --help`;

/** The hint for an unknown command of the program. */
export function unknownCommand(name: string, program: Command): string {
  if (/\.ya?ml$/.test(name)) return ANOTHER_FILE;
  if (Object.hasOwn(OTHER_COMMANDS, name)) return OTHER_COMMANDS[name] as string;
  const names = program.commands.map((command) => command.name());
  const nearest = closest(name.toLowerCase(), names);
  return nearest === undefined ? `Known commands: ${names.join(", ")}.` : `Did you mean ${nearest}?`;
}

function unknownOption(flag: string, command: Command): string | undefined {
  const name = (flag.split("=")[0] ?? flag).replace(/^--no-colou(?=r$)/, "--no-colo");
  for (const which of [command.name(), "*"]) {
    const known = OTHER_OPTIONS[which];
    if (known !== undefined && Object.hasOwn(known, name)) return known[name];
  }
  // commander reports `logs -fweb` as the unknown option `-web`.
  const flags = command.name() === "logs" && /^-[^-]{2,}$/.test(name);
  if (flags) return `-f after \`logs\` means --follow and takes no value: write a space before ${name.slice(1)}.`;
  const nearest = name.startsWith("--") ? closest(name, longOptions(command)) : undefined;
  if (nearest !== undefined) return `Did you mean ${nearest}?`;
  const program = command.parent ?? command;
  const owners = program.commands.filter((other) => longOptions(other).includes(name)).map((other) => other.name());
  return owners.length === 0 ? undefined : `${name} is an option of ${owners.join(", ")}.`;
}

const longOptions = (command: Command): string[] => command.options.flatMap(({ long }) => (long ? [long] : []));

/** Swapped letters count as two differences. */
const closest = (word: string, known: readonly string[]): string | undefined =>
  closestMatch(word, known, { maxDistance: Math.max(word.length < 4 ? 1 : 2, Math.floor(word.length / 3)) });

/** Where the words of `exec` begin that are passed on unchanged; -1 for other commands. */
function startOfExecuted(args: readonly string[]): number {
  const exec = args.indexOf("exec");
  return exec < 0 ? -1 : args.findIndex((arg, index) => index > exec && !arg.startsWith("-"));
}

/**
 * Rejects options that commander would misread: a long option with one dash (`-project x` would be `-p roject`), a short
 * option with an equals sign (`-f=x` would be the file `=x`), and an option with its opposite (`--wait --no-wait`).
 * @throws UsageError
 */
export function refuseMisreadOptions(args: readonly string[], program: Command): void {
  const end = [args.indexOf("--"), startOfExecuted(args)].find((index) => index >= 0);
  const options = args.slice(0, end);
  const known = new Set([program, ...program.commands].flatMap(longOptions));
  const opposite = options.find(
    (arg) => arg.startsWith("--no-") && known.has(arg) && options.includes(arg.replace("--no-", "--")),
  );
  if (opposite !== undefined) {
    throw new UsageError(
      `${opposite.replace("--no-", "--")} and ${opposite} can't be used together.`,
      "Remove one of these options.",
    );
  }
  const shortOptions = new Set(
    [program, ...program.commands].flatMap((command) => command.options.flatMap(({ short }) => (short ? [short] : []))),
  );
  for (const arg of options) {
    const [, short = "", value = ""] = /^(-[A-Za-z])=(.*)$/s.exec(arg) ?? [];
    if (shortOptions.has(short)) {
      throw new UsageError(
        `${short} does not accept an equals sign before its value.`,
        `Write ${short} ${value || "<value>"}.`,
      );
    }
    const name = /^-([a-z][a-z-]+)(?:=|$)/.exec(arg)?.[1];
    if (name !== undefined && known.has(`--${name}`)) {
      throw new UsageError(`Unknown option "-${name}".`, `Write two dashes: --${name}.`);
    }
  }
}
