import type { Redactor } from "@openfactory/deploy-core";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { jsonText } from "../output/json-lines.js";
import { writeRaw } from "../output/safe-output.js";
import { resolveFiles } from "../project.js";

export interface ConfigCommandOptions {
  /** Print the values of variables, and the contents of configs. */
  showEnv?: boolean;
  /** Print the names of the apps only. */
  services?: boolean;
  format?: "yaml" | "json";
}

/**
 * Prints the files as one file: merged, with all variables replaced. With `--show-env`, the output is a file that plans the
 * same.
 */
export async function configCommand({ io, options }: CommandContext<ConfigCommandOptions>): Promise<ExitCode> {
  const { project, document } = await resolveFiles(options, io);
  if (options.quiet) return EXIT.ok;
  if (options.services) {
    for (const { key } of project.apps) io.stdout.write(`${key}\n`);
    return EXIT.ok;
  }
  const { createRedactor } = await import("@openfactory/deployer");
  const { printYaml } = await import("@openfactory/app-file");
  const shown = options.showEnv ? document : masked(document, createRedactor(project));
  // --format json is --json elsewhere: here it prints the file, not an event.
  if (options.json) io.stdout.write(`${jsonText(shown, undefined, 2)}\n`);
  else if (io.stdout.isTTY) io.stdout.write(printYaml(shown));
  // A file must have every character of the values.
  else writeRaw(io.stdout, printYaml(shown));
  return EXIT.ok;
}

/** Masks all variables and contents of configs, and their values in other places. */
function masked(document: Record<string, unknown>, redactor: Redactor): Record<string, unknown> {
  const mask = (value: unknown, key = ""): unknown => {
    if (Array.isArray(value)) return value.map((each) => mask(each));
    if (typeof value === "object" && value !== null) {
      const isSecret = key === "environment";
      return Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, isSecret ? "***" : mask(each, name)]),
      );
    }
    if (typeof value !== "string") return value;
    return key === "content" ? "***" : redactor.text(value);
  };
  return mask(document) as Record<string, unknown>;
}
