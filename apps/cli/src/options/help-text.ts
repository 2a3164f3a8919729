import type { Command, Help } from "commander";
import type { CommandDefinition } from "../command-table/command.js";

export const GLOBAL_OPTIONS = "Global Options:";

/** The help of one command. It fits on a terminal of 24 lines and 80 columns, so the global options are listed in short. */
export function commandHelp(command: Command, help: Help, examples: CommandDefinition["examples"]): string {
  const termWidth = help.padWidth(command, help);
  const item = (term: string, description: string): string => help.formatItem(term, termWidth, description, help);
  const accepted = help
    .visibleArguments(command)
    .map((argument) => item(help.argumentTerm(argument), help.argumentDescription(argument)));
  const options = help
    .visibleOptions(command)
    .filter(({ long }) => long !== "--help")
    .map((option) => item(help.optionTerm(option), help.optionDescription(option)));
  const title = options.length === 0 ? "Arguments:" : accepted.length === 0 ? "Options:" : "Arguments and options:";
  const lines = [
    `Usage: ${help.commandUsage(command)}`,
    command.description(),
    ...(accepted.length + options.length === 0 ? [] : [title, ...accepted, ...options]),
    "",
    "Examples:",
    ...exampleLines(examples),
    globalOptionsLine(command),
  ];
  return `${lines.join("\n")}\n`;
}

function exampleLines(examples: CommandDefinition["examples"]): string[] {
  const width = Math.max(...Object.keys(examples).map((line) => line.length));
  return Object.entries(examples).map(([line, effect]) => `  ofdeploy ${line.padEnd(width)}  ${effect}`);
}

/** The global options that most users need, as the command has them: a letter can have another meaning after a command. */
const MAIN_OPTIONS = new Set(["--file", "--project", "--platform", "--host", "--json", "--quiet"]);

function globalOptionsLine(command: Command): string {
  const flags = command.options.flatMap(({ short, long }) => (MAIN_OPTIONS.has(long ?? "") ? [short ?? long] : []));
  return `${GLOBAL_OPTIONS} ${flags.join(" ")} ... (see \`ofdeploy help\`)`;
}
