import { type Command, Option } from "commander";
import type { Io } from "../io.js";
import { type GlobalOptions, LOG_LEVELS } from "./context.js";
import { GLOBAL_OPTIONS } from "./help-text.js";
import { collect, collectList, collectOption, givenTwice, single } from "./parse-values.js";

export const DEFAULT_PLATFORM = "docker";

/**
 * Adds the global options. The program and each command have separate options, so that a letter can have another
 * meaning after a command: `logs -f` follows.
 */
export function addGlobalOptions(command: Command): void {
  const taken = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  const options = globalOptions((short, long) => (taken.has(short) ? long : `${short}, ${long}`));
  for (const option of options.filter(({ long }) => !taken.has(long))) {
    option.helpGroup(GLOBAL_OPTIONS).hideHelp(option.hidden || command.parent !== null);
    command.addOption(option);
  }
}

const globalOptions = (flags: (short: string, long: string) => string): Option[] => [
  new Option(
    flags("-f", "--file <path>"),
    "App file, Compose file, directory of app files, or - for standard input; repeatable (default: openfactory.yml, openfactory.yaml, apps.yml, apps.yaml or compose.yaml in this directory)",
  ).argParser(collect),
  single(
    new Option(
      flags("-p", "--project <name>"),
      "Project name (default: name: of the files, else the name of their directory)",
    ),
  ),
  new Option("--env-file <path>", "File with variables, repeatable (default: .env beside each file)").argParser(
    collect,
  ),
  new Option("--profile <name>", "Active profile of a Compose file, repeatable (also $COMPOSE_PROFILES)").argParser(
    collect,
  ),
  single(
    new Option(
      "--platform <name>",
      `Platform: docker, swarm or one of a plugin (default: $DEPLOYMENT_PLATFORM, also from .ofaenv in this directory, else ${DEFAULT_PLATFORM})`,
    ),
  ),
  new Option(
    flags("-H", "--host <url>"),
    "Engine address: unix://, tcp:// or ssh://; repeatable for the managers of a swarm (default: same as the docker command)",
  ).argParser(collectList),
  new Option("--context <name>", "Docker context, repeatable for the managers of a swarm").argParser(collectList),
  new Option("--option <key=value>", "Option of the platform, repeatable").argParser(collectOption),
  new Option(
    "--plugin <module>",
    "Module with plugins, repeatable (also $OFDEPLOY_PLUGINS, comma-separated)",
  ).argParser(collect),
  new Option(
    "--policy <path>",
    "File with rules that apps must comply with, repeatable (also $OFDEPLOY_POLICY, and always /etc/ofdeploy/policy.yaml)",
  ).argParser(collect),
  new Option("--json", "Print one JSON object per line on stdout, and nothing else (also --format json)"),
  new Option(flags("-q", "--quiet"), "Print only errors, and the names or ids of the result"),
  new Option("--verbose", "Print unchanged apps too, and progress as lines"),
  new Option("--debug", "Print the causes of errors (also $OFDEPLOY_DEBUG=1)"),
  new Option("--timings", "Print where the time went: parts, apps with their phases, calls"),
  single(new Option("--trace <file>", "Write a trace for chrome://tracing or ui.perfetto.dev")),
  new Option("--no-color", "Don't use colors (also $NO_COLOR=1)"),
  ...synonyms().map((option) => option.hideHelp()),
];

/** Options that users know from Docker and Compose. The help does not list them. */
const synonyms = (): Option[] => [
  // With its opposite, commander gives --no-color no default.
  new Option("--color"),
  new Option("--ansi <when>").choices(["never", "auto", "always"]),
  new Option("--format <format>").choices(["json", "table"]),
  new Option("--log-level <level>").choices(LOG_LEVELS),
  single(new Option("--project-name <name>")),
];

/**
 * The options before and after the name of a command. Lists and `key=value` pairs add up.
 * @throws UsageError for an option with one value that is given both before and after the name.
 */
export function mergeOptions<Options extends object>(command: Command): Options {
  const { parent } = command;
  const own = command.opts<Record<string, unknown>>();
  const merged: Record<string, unknown> = { ...parent?.opts() };
  for (const [name, value] of Object.entries(own)) {
    const before = merged[name];
    if (before === undefined || value === undefined) merged[name] = value ?? before;
    else if (Array.isArray(before) && Array.isArray(value)) merged[name] = [...before, ...value];
    else if (typeof before === "object" && before !== null && typeof value === "object")
      merged[name] = { ...before, ...value };
    else if (typeof value !== "boolean")
      throw givenTwice({ long: command.options.find((option) => option.attributeName() === name)?.long });
  }
  return merged as Options;
}

/** The options of all commands as they are typed, before synonyms are resolved. */
interface TypedOptions extends GlobalOptions {
  ansi?: "never" | "auto" | "always";
  format?: string;
  projectName?: string;
}

/** Resolves the synonyms of global options. @throws UsageError for two names of the project. */
export function resolveSynonyms<Options extends TypedOptions>(typed: Options): Options {
  const { ansi, color, format, logLevel, project, projectName } = typed;
  if (project !== undefined && projectName !== undefined) throw givenTwice({ long: "--project" });
  return {
    ...typed,
    ...(format === "json" && { json: true }),
    ...(projectName !== undefined && { project: projectName }),
    ...(logLevel === "debug" && { debug: true }),
    ...(color === undefined && ansi !== undefined && ansi !== "auto" && { color: ansi === "always" }),
  };
}

/** The process as a command with these options sees it. */
export function ioFor(io: Io, { color, debug }: Pick<GlobalOptions, "color" | "debug">): Io {
  if (color === undefined && debug === undefined) return io;
  // Not a copy: reading io.stdin opens it.
  return Object.assign(Object.create(io) as Io, {
    ...(color !== undefined && { color }),
    ...(debug !== undefined && { debug }),
  });
}
