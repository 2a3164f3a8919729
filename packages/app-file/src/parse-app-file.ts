import { buildAppFile } from "./build-app-file.js";
import { type Environment, environmentLookup } from "./interpolation/environment.js";
import type { AppFile } from "./model.js";
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
 * Reads the text of an app file. Nothing but the text and the options is looked at.
 * @throws DeploymentError `INVALID_FILE` with all findings, each with file, line, column and what to do. Values of
 * variables, and contents of files, are in none of them.
 */
export function parseAppFile(text: string, { file, env, files = {} }: ParseOptions): AppFile {
  const findings = new Findings();
  const tree = readTree(new SourceText(file, text), environmentLookup(env), findings);
  const contents = Object.entries(files).map(([path, bytes]) => [path, { bytes: Buffer.from(bytes) }] as const);
  return buildAppFile(tree, { env, files: new Map(contents) }, findings);
}
