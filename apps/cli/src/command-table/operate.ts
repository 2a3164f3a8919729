import { Argument, Option } from "commander";
import type { ExecCommandOptions } from "../commands/exec.js";
import { appNames, concurrencyOption, forceUnlockOption, waitOptions, withoutEffect } from "../options/options.js";
import { collectVariable, parseCount, parseDuration, parseLines, parseSince, single } from "../options/parse-values.js";
import { command, type CommandDefinition, type CommandGroup } from "./command.js";

/** A command that changes the processes of apps. @param concurrency the default of its option. */
const processCommand = (
  name: "restart" | "stop" | "start",
  concurrency: number,
  description: string,
  examples: Readonly<Record<string, string>>,
): CommandDefinition =>
  command<{ apps: string[] }>({
    name,
    description,
    arguments: [appNames("Names of apps or services (default: all)")],
    options: [
      ...(name === "stop" ? [] : waitOptions("every app is running and healthy")),
      concurrencyOption(`apps to ${name}`, concurrency),
      forceUnlockOption(),
    ],
    examples,
    run: async (context) => (await import("../commands/processes.js")).processesCommand(context, name),
  });

/** The commands for deployed apps. */
export const operateCommands: CommandGroup = {
  title: "Operate:",
  commands: [
    command({
      name: "ps",
      description: "List the apps and their state",
      arguments: [appNames("Names of apps or services (default: all)")],
      options: [
        new Option("-w, --watch", "Keep the table up to date until Ctrl-C"),
        single(
          new Option("--interval <duration>", "Time between two listings of --watch (default: 2s)"),
          parseDuration,
        ),
        ...withoutEffect("-a, --all"),
      ],
      examples: {
        ps: "List the apps of the files",
        "ps -q web": "Print the ids of web",
        "ps --watch": "Follow the state of all apps",
      },
      run: async (context) => (await import("../commands/ps.js")).psCommand(context),
    }),
    command<{ apps: string[] }>({
      name: "logs",
      description: "Print the logs of apps",
      // With --follow, the command explains that -f does not name a file.
      arguments: [new Argument("[apps...]", "Names of apps or services (default: all)")],
      options: [
        new Option("-f, --follow", "Keep printing new lines"),
        single(new Option("-n, --tail <n>", "Number of last lines of each instance (default: all)"), parseLines),
        single(new Option("--since <when>", "Print lines since a time: 10m, or an ISO date"), parseSince),
        new Option("-t, --timestamps", "Print the time of each line"),
      ],
      examples: { logs: "Print the logs of all apps", "logs -f -n 20 web": "Follow the log of web" },
      run: async (context) => (await import("../commands/logs.js")).logsCommand(context),
    }),
    processCommand("restart", 32, "Restart apps with the same settings", {
      restart: "Restart all apps",
      "restart web": "Restart web only",
    }),
    processCommand("stop", 128, "Stop apps, and keep their settings and data", {
      stop: "Stop all apps",
      "stop web": "Stop web until `ofdeploy start web` or `ofdeploy up`",
    }),
    processCommand("start", 8, "Start stopped apps", {
      start: "Start all stopped apps",
      "start web": "Start web only",
    }),
    command<ExecCommandOptions>({
      name: "exec",
      hasOwnOutput: true,
      description: "Run a command in a running app",
      arguments: [
        new Argument("<app>", "Name of an app or service"),
        new Argument("<command...>", "The command and its arguments, passed on unchanged"),
      ],
      options: [
        new Option("-T, --no-tty", "Don't allocate a terminal"),
        single(new Option("--index <n>", "Number of the replica (default: a running one)"), parseCount),
        single(new Option("-u, --user <user>", "User name or UID[:GID] (default: the app's)")),
        new Option("-e, --env <key=value>", "Environment variable; repeatable").argParser(collectVariable),
        single(new Option("-w, --workdir <path>", "Working directory (default: the app's)")),
        ...withoutEffect("-i, --interactive", "-t, --tty"),
      ],
      passThrough: true,
      examples: {
        "exec web sh": "Open a shell in web",
        "exec -T db dump > dump.sql": "Save the output of a command",
        "exec --index 2 web ls -l /data": "List files in the second replica",
      },
      run: async (context) => (await import("../commands/exec.js")).execCommand(context),
    }),
    command({
      name: "ls",
      description: "List the projects on the engine",
      options: withoutEffect("-a, --all"),
      examples: { ls: "List the projects of the local engine", "ls --platform swarm -q": "Print their names" },
      run: async (context) => (await import("../commands/ls.js")).lsCommand(context),
    }),
    command({
      name: "wait",
      description: "Wait until apps are ready or have completed",
      arguments: [appNames("Names of apps or services (default: all)")],
      options: [single(new Option("--timeout <duration>", "Time limit for each app (default: 2m)"), parseDuration)],
      examples: { wait: "Wait for all apps", "wait migrate --timeout 5m": "Wait until the job migrate has completed" },
      run: async (context) => (await import("../commands/wait.js")).waitCommand(context),
    }),
    command({
      name: "images",
      description: "List the images of the apps",
      arguments: [appNames("Names of apps or services (default: all)")],
      examples: { images: "List the images of all apps", "images -q web": "Print the image of web" },
      run: async (context) => (await import("../commands/images.js")).imagesCommand(context),
    }),
    command<{ app: string; port?: string }>({
      name: "port",
      description: "Print the address of a published port",
      arguments: [
        new Argument("<app>", "Name of an app or service"),
        new Argument("[port]", "Port in the container, such as 8080 or 53/udp (default: all)"),
      ],
      examples: { "port web 8080": "Print the address of port 8080 of web", "port web": "Print all ports of web" },
      run: async (context) => (await import("../commands/port.js")).portCommand(context),
    }),
    command<{ apps: string[] }>({
      name: "refresh-auth",
      description: "Refresh stored registry credentials",
      arguments: [appNames("Names of apps or services (default: the whole project)")],
      options: [concurrencyOption("services to refresh", 8)],
      examples: { "refresh-auth --platform swarm": "Refresh all services" },
      run: async (context) => (await import("../commands/refresh-auth.js")).refreshAuthCommand(context),
    }),
  ],
};
