import type { Argument, Command, Option } from "commander";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";

/** A command of `ofdeploy`: its help, its arguments and options, and the function that runs it. */
export interface CommandDefinition<Options = object> {
  name: string;
  /** Imperative, without a period, as `--help` prints it. */
  description: string;
  /** The values are options by the name of the argument. */
  arguments?: readonly Argument[];
  options?: readonly Option[];
  /** Everything after the first argument is an argument, also words with dashes. */
  passThrough?: true;
  /** Its output is not ours: that of another program, or one document also with `--json`. */
  hasOwnOutput?: true;
  /** Arguments of `ofdeploy`, and what they do. At most three. */
  examples: Readonly<Record<string, string>>;
  /** Imports the command when it runs, so that `--help` loads none. */
  run: (context: CommandContext<Options>, program: Command) => Promise<ExitCode> | ExitCode;
}

/** Commands with one heading in the help. */
export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandDefinition[];
}

/** Checks a definition against the options of its command. The program gives each command the options of its definition. */
export const command = <Options extends object = object>(definition: CommandDefinition<Options>): CommandDefinition =>
  definition as CommandDefinition<never> as CommandDefinition;
