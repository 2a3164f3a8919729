import { Argument, Option } from "commander";
import type { ConvertCommandOptions } from "../commands/convert.js";
import type { InitCommandOptions } from "../commands/init.js";
import type { SchemaName } from "../commands/schema.js";
import { strictOption } from "../options/options.js";
import { single } from "../options/parse-values.js";
import { command, type CommandGroup } from "./command.js";

/** The commands that check files and the environment, and print help. They change nothing. */
export const prepareCommands: CommandGroup = {
  title: "Prepare:",
  commands: [
    command<InitCommandOptions>({
      name: "init",
      description: "Write a new file, also from running services or a Compose file (-f)",
      options: [
        single(new Option("--name <name>", "Name of the app (default: web)")),
        single(new Option("--image <image>", "Image of the app (default: nginx:alpine)")),
        new Option("--from-running <services...>", "Names of containers or services to describe"),
        single(new Option("-o, --output <path>", "New file, - for standard output (default: openfactory.yml)")),
        new Option("--force", "Replace the file if it exists"),
      ],
      examples: {
        "init --image demo:1": "Write openfactory.yml with one app",
        "init --from-running web db": "Describe the containers web and db",
        "init -f compose.yaml": "Convert a Compose file",
      },
      run: async (context) => (await import("../commands/init.js")).initCommand(context),
    }),
    command({
      name: "validate",
      description: "Check the files without deploying",
      options: [strictOption()],
      examples: {
        validate: "Check openfactory.yml",
        "validate -f plant --platform swarm": "Check the files in plant",
      },
      run: async (context) => (await import("../commands/validate.js")).validateCommand(context),
    }),
    command<ConvertCommandOptions>({
      name: "convert",
      description: "Convert Compose files to an app file, or app files to a Compose file",
      options: [
        new Option("--to <format>", "Format of the new file (default: the other one)").choices([
          "openfactory",
          "compose",
        ]),
        single(new Option("-o, --output <path>", "New file (default: standard output)")),
        new Option("--strict", "Fail if the new file would lack something"),
      ],
      examples: {
        "convert -f compose.yaml -o openfactory.yml": "Write an app file",
        "convert --to compose": "Print a Compose file",
      },
      run: async (context) => (await import("../commands/convert.js")).convertCommand(context),
    }),
    command({
      name: "config",
      hasOwnOutput: true,
      description: "Print the files as one, with all variables replaced",
      options: [
        new Option("--show-env", "Show the values of environment variables and the contents of configs"),
        new Option("--format <format>", "Format of the file: yaml or json (default: yaml)").choices(["yaml", "json"]),
        new Option("--services", "Print the names of the apps only"),
      ],
      examples: { config: "Print the resolved file", "config --show-env > resolved.yml": "Save it with all values" },
      run: async (context) => (await import("../commands/config.js")).configCommand(context),
    }),
    command({
      name: "platforms",
      description: "List the platforms and their capabilities",
      examples: { platforms: "List docker, swarm and the platforms of plugins" },
      run: async (context) => (await import("../commands/platforms.js")).platformsCommand(context),
    }),
    command({
      name: "doctor",
      description: "Check everything that up needs",
      examples: { doctor: "Check the local engine", "doctor -H ssh://me@factory-1": "Check another machine" },
      run: async (context) => (await import("../commands/doctor.js")).doctorCommand(context),
    }),
    command<{ format: SchemaName }>({
      name: "schema",
      description: "Print the JSON Schema of files, plans or events",
      arguments: [
        new Argument("[format]", "Format that the schema describes")
          .choices(["file", "plan", "events"])
          .default("file"),
      ],
      examples: { "schema > openfactory.schema.json": "Save the schema for an editor" },
      run: async (context) => (await import("../commands/schema.js")).schemaCommand(context),
    }),
    command<{ shell: "bash" | "zsh" | "fish" | "powershell" }>({
      name: "completion",
      description: "Print a shell completion script",
      arguments: [new Argument("<shell>").choices(["bash", "zsh", "fish", "powershell"])],
      examples: {
        "completion bash": "Print the script for bash",
        "completion zsh > _ofdeploy": "Write it to a file, for zsh",
      },
      run: async ({ io, options }) => (await import("../commands/completion.js")).completionCommand(options.shell, io),
    }),
    command<{ command?: string }>({
      name: "help",
      description: "Print help for a command",
      arguments: [new Argument("[command]", "Name of the command")],
      examples: { "help up": "Print the options of up" },
      run: async ({ options }, program) => (await import("../commands/help.js")).helpCommand(program, options.command),
    }),
  ],
};
