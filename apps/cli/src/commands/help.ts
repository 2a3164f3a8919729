import type { Command } from "commander";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { unknownCommand } from "../options/parse-error.js";

/** Prints the help of a command, or of the program. @throws UsageError for an unknown command. */
export function helpCommand(program: Command, name: string | undefined): ExitCode {
  const command = name === undefined ? program : program.commands.find((each) => each.name() === name);
  if (command === undefined) throw new UsageError(`Unknown command "${name}".`, unknownCommand(name ?? "", program));
  command.outputHelp();
  return EXIT.ok;
}
