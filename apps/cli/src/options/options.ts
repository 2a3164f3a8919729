import { Argument, type Command, Option } from "commander";
import { UsageError } from "../errors.js";
import { GLOBAL_OPTIONS } from "./help-text.js";
import { ANOTHER_FILE } from "./other-tools.js";
import { collect, collectOption, givenTwice, parseCount, parseDuration, single } from "./parse-values.js";

export const DEFAULT_PLATFORM = "docker";

/**
 * Adds the global options. The program and each command have options of their own, so that a letter can have another
 * meaning after a command: `logs -f` follows.
 */
export function addGlobalOptions(command: Command): void {
  const taken = new Set(command.options.map(({ short }) => short));
  const options = globalOptions((short, long) => (taken.has(short) ? long : `${short}, ${long}`));
  for (const option of options) {
    option.helpGroup(GLOBAL_OPTIONS).hideHelp(command.parent !== null);
    command.addOption(option);
  }
}

const globalOptions = (flags: (short: string, long: string) => string): Option[] => [
  new Option(
    flags("-f", "--file <path>"),
    "App file, directory of app files, or - for standard input; repeatable (default: openfactory.yml, openfactory.yaml, apps.yml or apps.yaml in this directory)",
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
  single(
    new Option(
      "--platform <name>",
      `Platform: docker, swarm or one of a plugin (default: $DEPLOYMENT_PLATFORM, also from .ofaenv in this directory, else ${DEFAULT_PLATFORM})`,
    ),
  ),
  single(
    new Option(
      flags("-H", "--host <url>"),
      "Engine address: unix://, tcp:// or ssh:// (default: same as the docker command)",
    ),
  ),
  single(new Option("--context <name>", "Docker context")),
  new Option("--option <key=value>", "Option of the platform, repeatable").argParser(collectOption),
  new Option(
    "--plugin <module>",
    "Module with plugins, repeatable (also $OFDEPLOY_PLUGINS, comma-separated)",
  ).argParser(collect),
  new Option("--json", "Print one JSON object per line on stdout, and nothing else"),
];

// Options of several commands.

/** @param condition what `--wait` waits for. */
export const waitOptions = (condition: string): Option[] => [
  new Option("--wait", `Wait until ${condition}`).hideHelp(),
  new Option("--no-wait", `Don't wait until ${condition}`),
  single(new Option("--timeout <duration>", "Time limit for each app to get ready (default: 2m)"), parseDuration),
];

/** Names of apps. A name that ends like a file's is refused before any file is read. */
export const appNames = (description: string): Argument =>
  new Argument("[apps...]", description).argParser((name: string, before: readonly string[] = []) => {
    if (/\.ya?ml$/.test(name)) throw new UsageError(`${name} is a file, not an app.`, ANOTHER_FILE);
    return [...before, name];
  });

export const noDepsOption = (): Option =>
  new Option("--no-deps", "With names: leave out what the named apps depend on");

export const concurrencyOption = (subject: string, standard: number): Option =>
  single(new Option("--concurrency <n>", `Number of ${subject} at the same time (default: ${standard})`), parseCount);

export const forceUnlockOption = (): Option =>
  new Option("--force-unlock", "Take the project's lock even if another run holds it");

export const strictOption = (): Option => new Option("--strict", "Fail on fields that the platform doesn't support");

export const pruneOption = (): Option => new Option("--prune", "Remove services and resources no longer in the files");

export const takeOwnershipOption = (): Option =>
  new Option("--take-ownership", "Take over apps from another file of the project");

export const adoptOption = (): Option =>
  new Option("--adopt <app>", "Adopt an existing service; repeatable").argParser(collect);

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
