import { Argument, Command, CommanderError, Option } from "commander";
import { config } from "zod";
import type { SchemaName } from "./commands/schema.js";
import { reportError, UsageError } from "./errors.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import type { Io } from "./io.js";
import {
  addGlobalOptions,
  adoptOption,
  concurrencyOption,
  forceUnlockOption,
  type GlobalOptions,
  mergeOptions,
  pruneOption,
  strictOption,
  takeOwnershipOption,
  waitOptions,
} from "./options/options.js";
import { parseError, refuseMisreadOptions, unknownCommand } from "./options/parse-error.js";
import { collectReplicas, parseDuration, parseLines, parseSince, single } from "./options/parse-values.js";

// zod compiles a function for each object schema at its first use, which takes longer than a command needs it. zod reads
// the setting when a schema is created: no module imported above creates one.
config({ jitless: true });

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
  const program = makeProgram(io, version, (code) => {
    exitCode = code;
  });
  if (args.length === 0) {
    io.stdout.write(program.helpInformation());
    return EXIT.badInput;
  }
  try {
    refuseMisreadOptions(args, program);
    await program.parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    return reportError(error, { json: args.includes("--json") }, io);
  }
}

/**
 * The commands and their options. An action imports its command when it runs, so that `--help` loads none of them.
 * @param finish receives the exit code of the action.
 */
function makeProgram(io: Io, version: string, finish: (code: ExitCode) => void): Command {
  const program = new Command("ofdeploy")
    .description("Deploy the apps of OpenFactory files to local Docker, Docker Swarm, or a platform of your own.")
    .enablePositionalOptions()
    .helpOption("-h, --help", "Print help")
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => io.stdout.columns ?? 100,
    })
    .addHelpText("after", EXAMPLES);

  /** Passes a command its arguments, its options and the global options. */
  const action =
    <Options>(run: (context: { io: Io; options: GlobalOptions & Options }) => Promise<ExitCode> | ExitCode) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command;
      finish(await run({ io, options: { ...mergeOptions<GlobalOptions & Options>(command), ...named(command) } }));
    };
  /** The arguments of a command by name. */
  const named = (command: Command): object =>
    Object.fromEntries(
      command.registeredArguments.map((argument, index) => [argument.name(), command.processedArgs[index]]),
    );

  waitOptions(
    program.command("up").description("Create or update apps in dependency order"),
    "every app is running and healthy",
  )
    .addOption(concurrencyOption("apps to change", 8))
    .addOption(strictOption())
    .addOption(pruneOption())
    .addOption(adoptOption())
    .addOption(takeOwnershipOption())
    .addOption(new Option("--refresh", "Inspect every service to detect manual changes"))
    .addOption(new Option("--no-preflight", "Skip preflight checks"))
    .addOption(forceUnlockOption())
    .addOption(new Option("--no-rollback", "Don't roll back on failure; continue with other apps"))
    .addOption(new Option("--dry-run", "Print the plan without changing anything"))
    .action(action(async (context) => (await import("./commands/up.js")).upCommand(context)));
  program
    .command("plan")
    .description("Show what up would change, field by field")
    .addOption(pruneOption())
    .addOption(adoptOption())
    .addOption(takeOwnershipOption())
    .addOption(strictOption())
    .addOption(new Option("--show-env", "Show the values of environment variables"))
    .addOption(new Option("--verbose", "List unchanged apps and resources too"))
    .action(action(async (context) => (await import("./commands/plan.js")).planCommand(context)));
  waitOptions(
    program
      .command("adopt")
      .description("Adopt existing services that have an app's name")
      .addArgument(new Argument("<apps...>", "Names of apps")),
    "every app is running and healthy",
  )
    .addOption(forceUnlockOption())
    .action(action<{ apps: string[] }>(async (context) => (await import("./commands/adopt.js")).adoptCommand(context)));
  waitOptions(
    program
      .command("rollback")
      .description("Roll back to the previous versions")
      .addArgument(new Argument("[apps...]", "Names of apps (default: all that the last up changed)")),
    "every app is running and healthy",
  )
    .addOption(concurrencyOption("apps to roll back", 4))
    .addOption(forceUnlockOption())
    .action(
      action<{ apps: string[] }>(async (context) => (await import("./commands/rollback.js")).rollbackCommand(context)),
    );
  waitOptions(
    program
      .command("scale")
      .description("Set the number of replicas until the next up")
      .addArgument(new Argument("<replicas...>", "For example web=3").argParser(collectReplicas)),
    "all replicas are running",
  )
    .addOption(forceUnlockOption())
    .action(
      action<{ replicas: Record<string, number> }>(async (context) =>
        (await import("./commands/scale.js")).scaleCommand(context),
      ),
    );
  program
    .command("down")
    .description("Remove the apps and resources of the files")
    .addOption(new Option("--all", "Remove the whole project, including apps of other files"))
    .addOption(new Option("-y, --yes", "Don't ask for confirmation"))
    .addOption(new Option("--dry-run", "Print what would be removed"))
    .addOption(new Option("-v, --volumes", "Remove volumes and their data too"))
    .addOption(single(new Option("--timeout <duration>", "Time limit for each removal (default: 1m)"), parseDuration))
    .addOption(concurrencyOption("removals", 16))
    .addOption(forceUnlockOption())
    .action(action(async (context) => (await import("./commands/down.js")).downCommand(context)));
  program
    .command("ps")
    .description("List the apps and their state")
    .action(action(async (context) => (await import("./commands/ps.js")).psCommand(context)));
  program
    .command("logs")
    .description("Print the logs of apps")
    .addArgument(new Argument("[apps...]", "Names of apps or services (default: all)"))
    .addOption(new Option("-f, --follow", "Keep printing new lines"))
    .addOption(single(new Option("--tail <n>", "Number of last lines of each instance (default: all)"), parseLines))
    .addOption(single(new Option("--since <when>", "Print lines since a time: 10m, or an ISO date"), parseSince))
    .action(action<{ apps: string[] }>(async (context) => (await import("./commands/logs.js")).logsCommand(context)));
  program
    .command("refresh-auth")
    .description("Refresh stored registry credentials")
    .addArgument(new Argument("[apps...]", "Names of apps or services (default: the whole project)"))
    .addOption(concurrencyOption("services to refresh", 8))
    .action(
      action<{ apps: string[] }>(async (context) =>
        (await import("./commands/refresh-auth.js")).refreshAuthCommand(context),
      ),
    );
  program
    .command("validate")
    .description("Check the files without deploying")
    .addOption(strictOption())
    .action(action(async (context) => (await import("./commands/validate.js")).validateCommand(context)));
  program
    .command("platforms")
    .description("List the platforms and their capabilities")
    .action(action(async (context) => (await import("./commands/platforms.js")).platformsCommand(context)));
  program
    .command("doctor")
    .description("Check everything that up needs")
    .action(action(async (context) => (await import("./commands/doctor.js")).doctorCommand(context)));
  program
    .command("schema")
    .description("Print the JSON Schema of files, plans or events")
    .addArgument(
      new Argument("[format]", "Format that the schema describes").choices(["file", "plan", "events"]).default("file"),
    )
    .action(
      action<{ format: SchemaName }>(async (context) => (await import("./commands/schema.js")).schemaCommand(context)),
    );
  program
    .command("completion")
    .description("Print a shell completion script")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .action(
      action<{ shell: "bash" | "zsh" | "fish" }>(async ({ options }) =>
        (await import("./commands/completion.js")).completionCommand(program, options.shell, io),
      ),
    );
  program
    .command("help")
    .description("Print help for a command")
    .addArgument(new Argument("[command]", "Name of the command"))
    .action(action<{ command?: string }>(({ options }) => helpCommand(program, options.command)));
  for (const command of [program, ...program.commands]) {
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

/** Prints the help of a command, or of the program. @throws UsageError for an unknown command. */
function helpCommand(program: Command, name: string | undefined): ExitCode {
  const command = name === undefined ? program : program.commands.find((each) => each.name() === name);
  if (command === undefined) throw new UsageError(`Unknown command "${name}".`, unknownCommand(name ?? "", program));
  command.outputHelp();
  return EXIT.ok;
}
