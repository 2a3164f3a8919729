import { basename, dirname, resolve } from "node:path";
import type { ConnectorRegistry } from "@openfactory/deploy-core";
import { buildProject, buildProjectConcurrently, type SourceFile } from "./build-project.js";
import { isComposeText } from "./compose/read-compose.js";
import { builtInConnectors } from "./devices/connectors.js";
import { type Contents, prepareDevices } from "./devices/prepare-devices.js";
import { findSources, type FoundFile } from "./files/find-sources.js";
import { readStream, readTextFile } from "./files/read-file.js";
import { referencedPaths, readFiles } from "./files/referenced-files.js";
import { Findings } from "./findings.js";
import { type Environment, environmentLookup } from "./interpolation/interpolate.js";
import { variablesFor } from "./interpolation/variables.js";
import type { BuiltProject } from "./located.js";
import type { AppProject } from "./model.js";
import { NotInParts, readTree, readTreeInParts } from "./yaml/read-tree.js";
import { SourceText } from "./yaml/source-tree.js";

export interface LoadOptions {
  /** Default: the process's environment. It takes precedence over env files. */
  env?: Environment;
  /** Env files that replace `.env` in each file's directory. Later files override earlier ones. */
  envFiles?: readonly string[];
  /** Name of the project. Default: `name:` of a file, else the name of the project directory. */
  project?: string;
  /** The working directory, whose `.ofaenv` applies to all files. Default: the process's. */
  cwd?: string;
  /** What `-` reads. Default: the process's standard input. */
  stdin?: AsyncIterable<Uint8Array | string>;
  /** Active profiles of a Compose file, in addition to the variable COMPOSE_PROFILES. `*`: all. Default: none. */
  profiles?: readonly string[];
  /** The connectors that devices can use. Default: `builtInConnectors()`. */
  connectors?: ConnectorRegistry;
  /**
   * Which contents that devices reference are read, such as device models: `all`; `local`, files on this machine; or
   * `none`. Apps of a device with unread content are `isIncomplete`, with valid service names. Default: `all`.
   */
  contents?: Contents;
}

/**
 * Reads files as one project, with their env files and the files that they reference.
 * @param sources paths of files, of directories (`app_*.yml`, `dev_*.yml` and `openfactory.yml` in them and below them,
 * also `.yaml`), and `-` for standard input. A file that is listed twice is read once.
 * @throws DeploymentError `INVALID_FILE` with the findings of all files, each with file, line and column: unreadable
 * files, files larger than 1 MiB, and invalid files.
 */
export const loadProject = async (sources: readonly string[], options: LoadOptions = {}): Promise<AppProject> =>
  (await readProject(sources, options)).project;

/** As {@link loadProject}, with the positions of the apps. */
export async function readProject(sources: readonly string[], options: LoadOptions = {}): Promise<BuiltProject> {
  const { cwd = process.cwd(), connectors = builtInConnectors(), contents = "all" } = options;
  const findings = new Findings();
  const { directory, files } = await findSources(sources, cwd, findings);
  const texts = await readTexts(files, options.stdin, findings);
  if (texts.some(({ source }) => isComposeText(source.text))) {
    // Loaded on demand, because most projects have no Compose file.
    const { loadComposeProject } = await import("./compose/load-compose.js");
    return loadComposeProject(texts, { ...options, cwd, directory }, findings);
  }
  const build = async (inParts: boolean): Promise<BuiltProject> => {
    const all = new Findings();
    all.merge(findings);
    const sources = await readSources(texts, { ...options, cwd, inParts }, all);
    const referenced = await readFiles(
      sources.flatMap(({ tree, env }) => referencedPaths(tree, environmentLookup(env))),
    );
    const devices = await prepareDevices(sources, { connectors, contents }, all);
    const isComplete = sources.length === files.length;
    const { project: name } = options;
    return buildProjectConcurrently({ sources, files: referenced, devices, name, directory, isComplete }, all);
  };
  try {
    return await build(true);
  } catch (error) {
    if (error instanceof NotInParts) return build(false);
    throw error;
  }
}

/** Files that are longer, in characters, can be read one app at a time. Below, that would save less than 10 MB of memory. */
const LONG_FILE = 64 * 1024;

/** A file of a project, and its text. */
interface FoundText extends FoundFile {
  source: SourceText;
}

/** The texts of the files that can be read. The others are findings. */
export async function readTexts(
  files: readonly FoundFile[],
  stdin: LoadOptions["stdin"],
  findings: Findings,
): Promise<FoundText[]> {
  const read: FoundText[] = [];
  for (const found of files) {
    const { path, isStdin } = found;
    try {
      const text = isStdin ? await readStream(stdin ?? process.stdin, path) : await readTextFile(path);
      read.push({ ...found, source: new SourceText(path, text) });
    } catch (error) {
      findings.include(error);
    }
  }
  return read;
}

/**
 * The files that are YAML. The others are findings.
 * @param options.inParts long files may be read one app at a time: see {@link readTreeInParts}. Default false.
 */
export async function readSources(
  files: readonly FoundText[],
  { env = process.env, envFiles, cwd, inParts = false }: LoadOptions & { cwd: string; inParts?: boolean },
  findings: Findings,
): Promise<SourceFile[]> {
  const variables = new Map<string, Promise<Environment>>();
  const variablesOf = (directory: string): Promise<Environment> => {
    const known = variables.get(directory) ?? variablesFor(directory, { env, envFiles, cwd });
    variables.set(directory, known);
    return known;
  };
  const read: SourceFile[] = [];
  for (const { path, file, isStdin, source } of files) {
    const own = new Findings();
    try {
      const env = await variablesOf(isStdin ? cwd : dirname(path));
      const lookup = environmentLookup(env);
      const isInParts = inParts && source.text.length > LONG_FILE;
      const tree = isInParts ? readTreeInParts(source, lookup, findings) : undefined;
      read.push({ tree: tree ?? readTree(source, lookup, own), file, env });
    } catch (error) {
      own.include(error);
    }
    findings.merge(own);
  }
  return read;
}

export interface ParseOptions {
  /** Path of the file: shown in errors, and the base of relative paths. */
  file: string;
  /** Variables for interpolation. OpenFactory's own are also passed to apps. */
  env: Environment;
  /**
   * Contents of the files that the text references (env files, files of secrets and configs), by path: `shop/web.env` for
   * `./web.env` in `shop/apps.yml`. Default: none exists.
   */
  files?: Readonly<Record<string, Uint8Array>>;
}

/**
 * Parses the text of one app file as a project. Uses only the text and the options; reads no file.
 * @throws DeploymentError `INVALID_FILE` with all findings, each with file, line, column and hint. Findings never contain
 * values of variables or contents of files.
 */
export function parseAppFile(text: string, { file, env, files = {} }: ParseOptions): AppProject {
  const findings = new Findings();
  const tree = readTree(new SourceText(file, text), environmentLookup(env), findings);
  const contents = Object.entries(files).map(([path, bytes]) => [path, { bytes: Buffer.from(bytes) }] as const);
  const directory = resolve(dirname(file));
  const sources = [{ tree, file: basename(file), env }];
  return buildProject({ sources, files: new Map(contents), directory }, findings).project;
}
