import { dirname } from "node:path";
import type { ConnectorRegistry } from "@openfactory/deploy-core";
import { buildProject, type SourceFile } from "./build-project.js";
import { builtInConnectors } from "./devices/built-in-connectors.js";
import { type Contents, prepareDevices } from "./devices/prepare-devices.js";
import { readFiles } from "./files/files.js";
import { findSources, type FoundFile } from "./files/find-sources.js";
import { namedFiles } from "./files/named-files.js";
import { variablesFor } from "./interpolation/default-env.js";
import { type Environment, environmentLookup } from "./interpolation/environment.js";
import type { AppProject } from "./model.js";
import { Findings } from "./report/findings.js";
import { readStream, readTextFile } from "./source/read-text.js";
import { readTree } from "./source/read-tree.js";
import { SourceText } from "./source/source-text.js";

export interface LoadOptions {
  /** Default: the process's environment. It wins over env files. */
  env?: Environment;
  /** Env files in place of `.env` in each file's directory, later ones winning over earlier ones. */
  envFiles?: readonly string[];
  /** Name of the project. Default: `name:` of a file, else the name of the project directory. */
  project?: string;
  /** The working directory: its `.ofaenv` holds for all files. Default: the process's. */
  cwd?: string;
  /** What `-` reads. Default: the process's standard input. */
  stdin?: AsyncIterable<Uint8Array | string>;
  /** The connectors that devices may have. Default: those of OpenFactory, `builtInConnectors()`. */
  connectors?: ConnectorRegistry;
  /**
   * Which content that devices name is read, such as device models: `all`; `local`, files on this machine; or
   * `none`. Apps of a device whose content was not read are `isPartial`: enough to name their services. Default: `all`.
   */
  contents?: Contents;
}

/**
 * Reads files as one project, with the env files beside them and the files that they name.
 * @param sources paths of files, of directories (`app_*.yml`, `dev_*.yml` and `openfactory.yml` in them and below them,
 * also `.yaml`), and `-` for standard input. A file that is named twice is read once.
 * @throws DeploymentError `INVALID_FILE` with the findings of all files, each with file, line and column: files that
 * can't be read, are larger than 1 MiB, or are not valid.
 */
export async function loadProject(sources: readonly string[], options: LoadOptions = {}): Promise<AppProject> {
  const { cwd = process.cwd(), connectors = builtInConnectors(), contents = "all" } = options;
  const findings = new Findings();
  const { directory, files } = await findSources(sources, cwd, findings);
  const read = await readSources(files, { ...options, cwd }, findings);
  const named = await readFiles(read.flatMap(({ tree }) => namedFiles(tree)));
  const devices = await prepareDevices(read, { connectors, contents }, findings);
  const isComplete = read.length === files.length;
  return buildProject({ sources: read, files: named, devices, name: options.project, directory, isComplete }, findings);
}

/** The files that can be read; why the others can't is among the findings. */
async function readSources(
  files: readonly FoundFile[],
  { env = process.env, envFiles, cwd, stdin }: LoadOptions & { cwd: string },
  findings: Findings,
): Promise<SourceFile[]> {
  const variables = new Map<string, Promise<Environment>>();
  const variablesOf = (directory: string): Promise<Environment> => {
    const known = variables.get(directory) ?? variablesFor(directory, { env, envFiles, cwd });
    variables.set(directory, known);
    return known;
  };
  const read: SourceFile[] = [];
  for (const { path, file, isStdin } of files) {
    const own = new Findings();
    try {
      const text = isStdin ? await readStream(stdin ?? process.stdin, path) : await readTextFile(path);
      const env = await variablesOf(isStdin ? cwd : dirname(path));
      read.push({ tree: readTree(new SourceText(path, text), environmentLookup(env), own), file, env });
    } catch (error) {
      own.include(error);
    }
    findings.merge(own);
  }
  return read;
}
