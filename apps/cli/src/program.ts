import { Argument, Command, CommanderError, Option } from "commander";
import type { SchemaName } from "./commands/schema.js";
import type { ExitCode } from "./exit-codes.js";
import type { Io } from "./io.js";
import { addGlobalOptions, type GlobalOptions } from "./options/global-options.js";
import { mergeOptions } from "./options/merge-options.js";
import { parseError } from "./options/parse-error.js";
import {
  adoptOption,
  concurrencyOption,
  forceUnlockOption,
  pruneOption,
  takeOwnershipOption,
  strictOption,
  waitOptions,
} from "./options/command-options.js";
import { collectReplicas, parseDuration, parseLines, parseSince, single } from "./options/parse-values.js";
import { UsageError } from "./usage-error.js";

const EXAMPLES = `
Examples:
  ofdeploy validate                          check openfactory.yml here, and deploy nothing
  ofdeploy plan                              say what up would do
  ofdeploy up                                bring its apps up on the local engine
  ofdeploy up --platform swarm -f apps.yml   the same on a swarm
  ofdeploy up -H ssh://me@factory-1          on another machine's engine
  ofdeploy logs weather-station --follow     read what an app writes
  ofdeploy rollback                          go back to what was there before the last up
  ofdeploy down                              remove the apps of this file
  ofdeploy refresh-auth --platform swarm     let its services pull with today's credentials

Exit codes: 0 ok, 1 failed, 2 a plan with changes, 3 bad input, 4 engine, 5 conflict, 6 time limit,
130 and 143 interrupted.`;

/**
 * The command line. Actions load what they need when they run, so that help costs nothing of it.
 * @param finish is told each action's exit code.
 */
export function makeProgram(io: Io, version: string, finish: (code: ExitCode) => void): Command {
  const program = new Command("ofdeploy")
    .description(
      "Brings up the apps of an OpenFactory file on local Docker, on Docker Swarm, or on a platform of your own.",
    )
    .enablePositionalOptions()
    .helpOption("-h, --help", "print help")
    .helpCommand(false)
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => io.stdout.columns ?? 100,
    })
    .addHelpText("after", EXAMPLES);

  /** An action with all options that hold for it, the program's among them. */
  const action =
    <Options>(run: (context: { io: Io; options: GlobalOptions & Options }) => Promise<ExitCode> | ExitCode) =>
    async (...given: unknown[]): Promise<void> => {
      const command = given.at(-1) as Command;
      finish(await run({ io, options: { ...mergeOptions<GlobalOptions & Options>(command), ...named(command) } }));
    };
  /** The command's arguments by their names. */
  const named = (command: Command): object =>
    Object.fromEntries(
      command.registeredArguments.map((argument, index) => [argument.name(), command.processedArgs[index]]),
    );

  waitOptions(
    program
      .command("up")
      .description("bring up all apps of the file: create, change or replace, in the order of their dependencies"),
    "every app runs and is healthy",
  )
    .addOption(concurrencyOption("apps are made or changed", 8))
    .addOption(strictOption())
    .addOption(pruneOption())
    .addOption(adoptOption())
    .addOption(takeOwnershipOption())
    .addOption(
      new Option("--refresh", "look at every service for what was changed by hand, where a listing does not tell"),
    )
    .addOption(new Option("--no-preflight", "don't look first for what would make deploys fail"))
    .addOption(forceUnlockOption())
    .addOption(
      new Option("--no-rollback", "keep what was made and changed when an app fails, and go on with the others"),
    )
    .addOption(new Option("--dry-run", "change nothing, and print the plan"))
    .action(action(async (context) => (await import("./commands/up.js")).upCommand(context)));
  program
    .command("plan")
    .description("say what up would do, field by field, and change nothing")
    .addOption(pruneOption())
    .addOption(adoptOption())
    .addOption(takeOwnershipOption())
    .addOption(strictOption())
    .addOption(new Option("--show-env", "show values of variables"))
    .addOption(new Option("--verbose", "list what is unchanged, too"))
    .action(action(async (context) => (await import("./commands/plan.js")).planCommand(context)));
  waitOptions(
    program
      .command("adopt")
      .description("take over services that somebody else made under the names of apps")
      .addArgument(new Argument("<apps...>", "names of apps")),
    "every app runs and is healthy",
  )
    .addOption(forceUnlockOption())
    .action(action<{ apps: string[] }>(async (context) => (await import("./commands/adopt.js")).adoptCommand(context)));
  waitOptions(
    program
      .command("rollback")
      .description("bring back the versions before the last up, or before the last change of some apps")
      .addArgument(new Argument("[apps...]", "names of apps (default: all that the last up changed)")),
    "every app runs and is healthy",
  )
    .addOption(concurrencyOption("apps are brought back", 4))
    .addOption(forceUnlockOption())
    .action(
      action<{ apps: string[] }>(async (context) => (await import("./commands/rollback.js")).rollbackCommand(context)),
    );
  waitOptions(
    program
      .command("scale")
      .description("set how many replicas of apps run, until the next up")
      .addArgument(new Argument("<replicas...>", "such as web=3").argParser(collectReplicas)),
    "all replicas run",
  )
    .addOption(forceUnlockOption())
    .action(
      action<{ replicas: Record<string, number> }>(async (context) =>
        (await import("./commands/scale.js")).scaleCommand(context),
      ),
    );
  program
    .command("down")
    .description("remove what the files own: apps and what was made for them, and wait until they are gone")
    .addOption(new Option("--all", "the whole project, whichever of its files own it; asks first"))
    .addOption(new Option("-y, --yes", "don't ask: needed for --all and --volumes where there is no terminal"))
    .addOption(new Option("--dry-run", "remove nothing, and print what would be removed"))
    .addOption(new Option("-v, --volumes", "volumes too, and with them their data"))
    .addOption(
      single(
        new Option("--timeout <duration>", "how long each may take until it is gone (default: 1m)"),
        parseDuration,
      ),
    )
    .addOption(concurrencyOption("are removed", 16))
    .addOption(forceUnlockOption())
    .action(action(async (context) => (await import("./commands/down.js")).downCommand(context)));
  program
    .command("ps")
    .description("list the apps, and what runs of them")
    .action(action(async (context) => (await import("./commands/ps.js")).psCommand(context)));
  program
    .command("logs")
    .description("print what apps wrote")
    .addArgument(new Argument("[apps...]", "names of apps or services (default: all)"))
    .addOption(new Option("-f, --follow", "go on as lines are written"))
    .addOption(single(new Option("--tail <n>", "only the last lines of each instance (default: all)"), parseLines))
    .addOption(single(new Option("--since <when>", "only lines since: 10m, or an ISO date"), parseSince))
    .action(action<{ apps: string[] }>(async (context) => (await import("./commands/logs.js")).logsCommand(context)));
  program
    .command("refresh-auth")
    .description("renew the registry credentials that the project's services store, and restart nothing")
    .addArgument(new Argument("[apps...]", "names of apps or services (default: all of the project)"))
    .addOption(concurrencyOption("are renewed", 8))
    .action(
      action<{ apps: string[] }>(async (context) =>
        (await import("./commands/refresh-auth.js")).refreshAuthCommand(context),
      ),
    );
  program
    .command("validate")
    .description("check the file against the platform, and deploy nothing")
    .addOption(strictOption())
    .action(action(async (context) => (await import("./commands/validate.js")).validateCommand(context)));
  program
    .command("platforms")
    .description("list the platforms that are known here, and what each can do")
    .action(action(async (context) => (await import("./commands/platforms.js")).platformsCommand(context)));
  program
    .command("doctor")
    .description("look at everything that up needs, and say what to do about what is missing")
    .action(action(async (context) => (await import("./commands/doctor.js")).doctorCommand(context)));
  program
    .command("schema")
    .description("print a JSON Schema: of the app file, of the plan, or of the lines of --json")
    .addArgument(new Argument("[what]", "which one").choices(["file", "plan", "events"]).default("file"))
    .action(
      action<{ what: SchemaName }>(async (context) => (await import("./commands/schema.js")).schemaCommand(context)),
    );
  program
    .command("completion")
    .description("print a completion script for a shell")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .action(
      action<{ shell: "bash" | "zsh" | "fish" }>(async ({ options }) =>
        (await import("./commands/completion.js")).completionCommand(program, options.shell, io),
      ),
    );
  program
    .command("help")
    .description("print help on a command")
    .addArgument(new Argument("[command]", "its name"))
    .action(
      action<{ command?: string }>(async ({ options }) =>
        (await import("./commands/help.js")).helpCommand(program, options.command),
      ),
    );
  for (const command of [program, ...program.commands]) {
    addGlobalOptions(command);
    command.exitOverride((error) => {
      throw error.exitCode === 0 ? error : parseError(error, command);
    });
  }
  program.addOption(new Option("-V, --version", "print the version")).on("option:version", () => {
    const names = new Set(program.commands.map((command) => command.name()));
    const { rawArgs } = program as Command & { rawArgs: readonly string[] };
    const command = rawArgs.find((arg) => names.has(arg));
    if (command !== undefined) {
      throw new UsageError("--version goes without a command.", `Leave --version out to run \`ofdeploy ${command}\`.`);
    }
    io.stdout.write(`ofdeploy ${version}\n`);
    throw new CommanderError(0, "commander.version", version);
  });
  return program;
}
