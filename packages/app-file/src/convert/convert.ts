import { dirname, resolve } from "node:path";
import { type LoadOptions, readProject } from "../load-project.js";
import type { FileNote } from "../model.js";
import { FileNotes } from "../notes.js";
import type { Conversion } from "./printer.js";
import { toAppFile } from "./to-app-file.js";
import { toCompose } from "./to-compose.js";
import { FILE_HEADER } from "../schema/json-schema.js";
import { printYaml } from "../yaml/print-yaml.js";

/** A file format of a project. */
export type ProjectFormat = "openfactory" | "compose";

export interface ConvertOptions extends LoadOptions {
  /** The format of the new file. Default: the one that the sources don't have. */
  to?: ProjectFormat | undefined;
  /** Path of the new file, at which its relative paths start. Default: a file in the project directory. */
  output?: string | undefined;
}

export interface ConvertedProject {
  /** The new file, as YAML. */
  text: string;
  format: ProjectFormat;
  /** Name of the project. */
  project: string;
  /** Names of the apps in the new file. */
  apps: string[];
  /** What the new file lacks, and the keys of the sources that are not supported. */
  notes: FileNote[];
}

/**
 * Converts a project to one file of the other format. Deploying it changes nothing, except for what `notes` list. Variables
 * are kept where a value of the new file is a value of a source.
 * @throws DeploymentError `INVALID_FILE` as `loadProject`.
 */
export async function convertProject(
  sources: readonly string[],
  options: ConvertOptions = {},
): Promise<ConvertedProject> {
  const { to, output, cwd = process.cwd(), ...loadOptions } = options;
  const { project, located } = await readProject(sources, { ...loadOptions, cwd });
  const isCompose = located.some(({ path }) => path[0] === "services");
  const format = to ?? (isCompose ? "openfactory" : "compose");
  const notes = new FileNotes();
  const conversion: Conversion = {
    project,
    located,
    directory: output === undefined ? resolve(cwd, project.directory) : dirname(resolve(cwd, output)),
    from: isCompose ? "compose" : "braces",
    to: format === "compose" ? "compose" : "braces",
    notes,
  };
  for (const { key, location, connector } of project.devices) {
    const reason = `The device is converted to its services; its connector (${connector}) is not.`;
    notes.addUnsupported(`devices ${key}`, `devices.${key}`, location, reason);
  }
  const entry = format === "compose" ? toCompose(conversion) : toAppFile(conversion);
  return {
    text: `${headerOf(format, project.files)}${printYaml(entry)}`,
    format,
    project: project.project,
    apps: located.map(({ app }) => app.key),
    notes: [...(project.notes ?? []), ...notes.list()],
  };
}

const headerOf = (format: ProjectFormat, files: readonly string[]): string =>
  [
    ...(format === "openfactory" ? [FILE_HEADER.trimEnd()] : []),
    `# Converted from ${files.join(", ")} by ofdeploy.`,
    ...(format === "compose"
      ? ["# x-openfactory: settings of ofdeploy, which other tools ignore."]
      : [
          "# openfactory_variables: false: the app gets no variables but its own.",
          "# any_node: true: the directory exists on every node that the app can run on.",
        ]),
    "",
  ].join("\n");
