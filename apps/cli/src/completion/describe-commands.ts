import type { Command } from "commander";

export interface CompletionOption {
  short?: string;
  long: string;
  description: string;
  /** What follows it: nothing, a file's name, or one of some words (none: any text). */
  value?: { files: true } | { words: readonly string[] };
}

export interface CompletionCommand {
  name: string;
  description: string;
  options: CompletionOption[];
  /** What may follow it, where that is one of some words. */
  words: readonly string[];
}

const PLATFORMS = ["docker", "swarm"];
const FILE_OPTIONS = new Set(["--file", "--env-file", "--plugin"]);

/** What can be completed, from the program's own definition. */
export function describeCommands(program: Command): CompletionCommand[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: optionsOf(command),
    words: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  }));
}

const optionsOf = (command: Command): CompletionOption[] =>
  command.options.map((option): CompletionOption => {
    const long = option.long ?? `--${option.name()}`;
    const words = option.argChoices ?? (long === "--platform" ? PLATFORMS : []);
    return {
      ...(option.short ? { short: option.short } : {}),
      long,
      description: option.description.replace(/\s*\(.*\)$/, ""),
      ...(option.required ? { value: FILE_OPTIONS.has(long) ? { files: true } : { words } } : {}),
    };
  });
