import { Command, CommanderError, Option } from "commander";
import { config } from "zod";
import type { CommandDefinition, CommandGroup } from "./command-table/command.js";
import { deployCommands } from "./command-table/deploy.js";
import { operateCommands } from "./command-table/operate.js";
import { prepareCommands } from "./command-table/prepare.js";
import { reportError, UsageError } from "./errors.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Io } from "./io.js";
import { commandHelp } from "./options/help-text.js";
import type { CommandContext, GlobalOptions } from "./options/context.js";
import { addGlobalOptions, ioFor, mergeOptions, resolveSynonyms } from "./options/global-options.js";
import { parseError, refuseMisreadOptions } from "./options/parse-error.js";

// zod compiles a function for each object schema at its first use, which takes longer than a command needs it. zod reads
// the setting when a schema is created: no module imported above creates one.
config({ jitless: true });

/** All commands, in the order of the help. */
const COMMAND_GROUPS: readonly CommandGroup[] = [deployCommands, operateCommands, prepareCommands];

const DESCRIPTION = "Deploy the apps of OpenFactory files to local Docker, Docker Swarm, or a platform of your own.";

const EXAMPLES = `
Examples:
  ofdeploy validate                         Check the file without deploying
  ofdeploy plan                             Show what up would change
  ofdeploy up                               Deploy to the local engine
  ofdeploy up --platform swarm -f apps.yml  Deploy apps.yml to a swarm
  ofdeploy up -H ssh://me@factory-1         Deploy to another machine
  ofdeploy logs weather-station --follow    Follow the log of an app
  ofdeploy rollback                         Roll back to the previous versions
  ofdeploy down                             Remove the apps of the file
  ofdeploy refresh-auth --platform swarm    Refresh registry credentials

Exit codes: 0 ok, 1 failed, 2 plan with changes, 3 bad input, 4 engine,
5 conflict, 6 time limit, 70 bug in ofdeploy, 130 and 143 interrupted.`;

/** Parses the command line and runs the command. Reports every error; returns the exit code. */
export async function runProgram(args: readonly string[], io: Io, version: string): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok;
  // Until the options are parsed.
  let output: { io: Io; json: boolean; quiet: boolean } = { io, json: args.includes("--json"), quiet: false };
  let stopWaits = (): void => {};
  let finish = async (code: ExitCode): Promise<ExitCode> => code;
  const program = makeProgram(args, io, version, async (context, { name, hasOwnOutput }, run) => {
    const { options } = context;
    output = { io: context.io, json: options.json ?? false, quiet: options.quiet ?? false };
    if (options.timings || options.trace !== undefined) {
      const { startRecording } = await import("./timings/record-command.js");
      const recording = await startRecording(context, name);
      output.io = recording.io;
      finish = recording.finish;
    }
    const { showWaits } = await import("./progress/wait-display.js");
    const waits = showWaits(options, output.io, hasOwnOutput);
    stopWaits = waits.stop;
    exitCode = await run({ ...context, io: waits.io });
  });
  if (args.length === 0) {
    io.stdout.write(program.helpInformation());
    return EXIT.badInput;
  }
  try {
    refuseMisreadOptions(args, program);
    await program.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    stopWaits();
    exitCode = await reportError(error, output, output.io);
  }
  stopWaits();
  return finish(exitCode);
}

/**
 * The commands and the options of all commands, for the manual page that tooling/bundle writes.
 * @public
 */
export function describeProgram(): {
  description: string;
  groups: readonly CommandGroup[];
  globalOptions: readonly Option[];
} {
  const program = new Command();
  addGlobalOptions(program);
  return { description: DESCRIPTION, groups: COMMAND_GROUPS, globalOptions: program.options };
}

/**
 * Parses a command line and runs nothing, for the tests of the documentation.
 * @throws UsageError, or a CommanderError with exit code 0 for `--help` and `--version`
 * @public
 */
export async function checkArguments(args: readonly string[], io: Io): Promise<void> {
  const program = makeProgram(args, io, "", async () => {});
  refuseMisreadOptions(args, program);
  await program.parseAsync([...args], { from: "user" });
}

/** Runs a command with its options. */
type RunCommand = (
  context: CommandContext,
  definition: CommandDefinition,
  run: (context: CommandContext) => Promise<ExitCode> | ExitCode,
) => Promise<void>;

/** The program with its commands and their options. Only commands among the arguments have the global options too. */
function makeProgram(args: readonly string[], io: Io, version: string, runCommand: RunCommand): Command {
  const program = new Command("ofdeploy")
    .description(DESCRIPTION)
    .enablePositionalOptions()
    .helpOption("-h, --help", "Print help")
    .helpCommand(false)
    .configureHelp({ subcommandTerm: (command) => [command.name(), ...argumentsOf(command)].join(" ") })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => io.stdout.columns ?? 100,
    })
    .addHelpText("after", EXAMPLES);

  for (const { title, commands } of COMMAND_GROUPS) {
    program.commandsGroup(title);
    for (const definition of commands) addCommand(program, definition, io, runCommand);
  }
  for (const command of [program, ...program.commands.filter((each) => args.includes(each.name()))]) {
    addGlobalOptions(command);
    command.exitOverride((error) => {
      throw error.exitCode === 0 ? error : parseError(error, command);
    });
  }
  program.addOption(new Option("-V, --version", "Print the version")).on("option:version", () => {
    const names = new Set(program.commands.map((command) => command.name()));
    const { rawArgs } = program as Command & { rawArgs: readonly string[] };
    const command = rawArgs.find((arg) => names.has(arg));
    if (command !== undefined) {
      throw new UsageError(
        "--version can't be combined with a command.",
        `Remove --version to run \`ofdeploy ${command}\`.`,
      );
    }
    io.stdout.write(`ofdeploy ${version}\n`);
    throw new CommanderError(0, "commander.version", version);
  });
  return program;
}

/** Adds a command. Its function receives its arguments by name, its options and the global options. */
function addCommand(program: Command, definition: CommandDefinition, io: Io, runCommand: RunCommand): void {
  const { name, description, arguments: accepted = [], options = [], examples, run } = definition;
  const command = program
    .command(name)
    .description(description)
    .configureHelp({ formatHelp: (self, help) => commandHelp(self, help, examples) });
  for (const argument of accepted) command.addArgument(argument);
  for (const option of options) command.addOption(option);
  if (definition.passThrough) command.passThroughOptions();
  command.action(async () => {
    const named = Object.fromEntries(
      command.registeredArguments.map((argument, index) => [argument.name(), command.processedArgs[index]]),
    );
    const options = { ...resolveSynonyms(mergeOptions<GlobalOptions>(command)), ...named };
    await runCommand({ io: ioFor(io, options), options }, definition, (context) => run(context, program));
  });
}

/** `<app> [port]`. */
const argumentsOf = (command: Command): string[] =>
  command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
