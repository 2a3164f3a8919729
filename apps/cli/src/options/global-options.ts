import { type Command, Option } from "commander";
import { collect, collectOption, single } from "./parse-values.js";

/** Options that every command takes, before its name or after it. */
export interface GlobalOptions {
  file?: string[];
  project?: string;
  envFile?: string[];
  platform?: string;
  host?: string;
  context?: string;
  option?: Record<string, string>;
  plugin?: string[];
  json?: boolean;
}

export const DEFAULT_PLATFORM = "docker";

const HEADING = "Global Options:";

const FILE =
  "an app file, a directory of app files, or - for standard input, repeatable (default: openfactory.yml, openfactory.yaml, apps.yml or apps.yaml in this directory)";

/**
 * Adds the global options. The program and each command have options of their own, so that a letter can mean something
 * else after a command: `logs -f` follows.
 */
export function addGlobalOptions(command: Command): void {
  const taken = new Set(command.options.map(({ short }) => short));
  const flags = (short: string, long: string): string => (taken.has(short) ? long : `${short}, ${long}`);
  for (const option of [
    new Option(flags("-f", "--file <path>"), FILE).argParser(collect),
    single(
      new Option(
        flags("-p", "--project <name>"),
        "the project's name (default: name: of the files, else the name of their directory); names the project where there is no file",
      ),
    ),
    new Option("--env-file <path>", "variables for the files, repeatable (default: .env beside each file)").argParser(
      collect,
    ),
    single(
      new Option(
        "--platform <name>",
        `docker, swarm, or a plugin's (default: $DEPLOYMENT_PLATFORM, also of .ofaenv here, else ${DEFAULT_PLATFORM})`,
      ),
    ),
    single(
      new Option(
        flags("-H", "--host <url>"),
        "the engine: unix://, tcp:// or ssh:// (default: as the docker command finds it)",
      ),
    ),
    single(new Option("--context <name>", "a docker context")),
    new Option("--option <key=value>", "an option of the platform, repeatable").argParser(collectOption),
    new Option(
      "--plugin <module>",
      "a module with plugins, repeatable (also $OFDEPLOY_PLUGINS, comma-separated)",
    ).argParser(collect),
    new Option("--json", "one JSON object a line on stdout, and nothing else"),
  ]) {
    command.addOption(option.helpGroup(HEADING));
  }
}
