import { basename, dirname, resolve } from "node:path";
import { buildProject } from "./build-project.js";
import { type Environment, environmentLookup } from "./interpolation/environment.js";
import type { AppProject } from "./model.js";
import { Findings } from "./report/findings.js";
import { readTree } from "./source/read-tree.js";
import { SourceText } from "./source/source-text.js";

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
