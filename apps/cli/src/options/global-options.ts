import { type Command, Option } from "commander";
import { collect, collectOption } from "./parse-values.js";

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

export function addGlobalOptions(program: Command): void {
  program
    .addOption(new Option("-f, --file <path>", "an app file, a directory of app files, or - for standard input, repeatable (default: openfactory.yml, openfactory.yaml, apps.yml or apps.yaml here)").argParser(collect))
    .addOption(new Option("-p, --project <name>", "the project's name (default: name: of the files, else the name of the directory)"))
    .addOption(new Option("--env-file <path>", "variables for the file, repeatable (default: .env beside the file)").argParser(collect))
    .addOption(new Option("--platform <name>", `docker, swarm, or a plugin's (default: $DEPLOYMENT_PLATFORM, else ${DEFAULT_PLATFORM})`))
    .addOption(new Option("-H, --host <url>", "the engine: unix://, tcp:// or ssh:// (default: as the docker command finds it)"))
    .addOption(new Option("--context <name>", "a docker context"))
    .addOption(new Option("--option <key=value>", "an option of the platform, repeatable").argParser(collectOption))
    .addOption(new Option("--plugin <module>", "a module with a platform plugin, repeatable (also $OFDEPLOY_PLUGINS, comma-separated)").argParser(collect))
    .addOption(new Option("--json", "one JSON object a line on stdout, and nothing else"));
}
