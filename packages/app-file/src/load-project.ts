import { basename, dirname, resolve } from "node:path";
import type { ConnectorRegistry } from "@openfactory/deploy-core";
import { buildProject, type SourceFile } from "./build-project.js";
import { builtInConnectors } from "./devices/connectors.js";
import { type Contents, prepareDevices } from "./devices/prepare-devices.js";
import { findSources, type FoundFile } from "./files/find-sources.js";
import { readStream, readTextFile } from "./files/read-file.js";
import { namedFiles, readFiles } from "./files/referenced-files.js";
import { Findings } from "./findings.js";
import { type Environment, environmentLookup } from "./interpolation/interpolate.js";
import { variablesFor } from "./interpolation/variables.js";
import type { AppProject } from "./model.js";
import { readTree } from "./yaml/read-tree.js";
import { SourceText } from "./yaml/source-tree.js";

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

export interface ParseOptions {
  /** Path of the file: named in errors, and the place from which relative paths count. */
  file: string;
  /** Variables for interpolation, and OpenFactory's own that are passed on to apps. */
  env: Environment;
  /**
   * Content of the files that the text names (env files, files of secrets and configs), by path: `shop/web.env` for
   * `./web.env` in `shop/apps.yml`. Default: none of them is there.
   */
  files?: Readonly<Record<string, Uint8Array>>;
}

/**
 * Reads the text of one app file as a project. Nothing but the text and the options is looked at.
 * @throws DeploymentError `INVALID_FILE` with all findings, each with file, line, column and what to do. Values of
 * variables, and contents of files, are in none of them.
 */
export function parseAppFile(text: string, { file, env, files = {} }: ParseOptions): AppProject {
  const findings = new Findings();
  const tree = readTree(new SourceText(file, text), environmentLookup(env), findings);
  const contents = Object.entries(files).map(([path, bytes]) => [path, { bytes: Buffer.from(bytes) }] as const);
  const directory = resolve(dirname(file));
  const sources = [{ tree, file: basename(file), env }];
  return buildProject({ sources, files: new Map(contents), directory }, findings);
}
