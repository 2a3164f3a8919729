import { dirname, join } from "node:path";
import { buildAppFile } from "./build-app-file.js";
import { readFiles } from "./files/files.js";
import { namedFiles } from "./files/named-files.js";
import { parseEnvFile } from "./interpolation/env-file.js";
import { type Environment, environmentLookup } from "./interpolation/environment.js";
import type { AppFile } from "./model.js";
import { Findings } from "./report/findings.js";
import { isMissing, readTextFile } from "./source/read-text.js";
import { readTree } from "./source/read-tree.js";
import { SourceText } from "./source/source-text.js";

export interface LoadOptions {
  /** Default: the process's environment. It wins over env files. */
  env?: Environment;
  /** Env files, later ones winning over earlier ones. Default: `.env` in the file's folder, where there is one. */
  envFiles?: string[];
}

/**
 * Reads an app file, the env files beside it, and the files that it names.
 * @throws DeploymentError `INVALID_FILE`: a file that can't be read, is larger than 1 MiB, or is not valid.
 */
export async function loadAppFile(path: string, options: LoadOptions = {}): Promise<AppFile> {
  const { env: given = process.env, envFiles } = options;
  const text = await readTextFile(path);
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const env = await withEnvFiles(set, path, envFiles);
  const findings = new Findings();
  const tree = readTree(new SourceText(path, text), environmentLookup(env), findings);
  return buildAppFile(tree, { env, files: await readFiles(namedFiles(tree)) }, findings);
}

async function withEnvFiles(env: Environment, path: string, files: string[] | undefined): Promise<Environment> {
  const fromFiles: Record<string, string> = {};
  for (const file of files ?? [join(dirname(path), ".env")]) {
    const text = await readTextFile(file).catch((error: unknown) => {
      if (files === undefined && isMissing(error)) return "";
      throw error;
    });
    Object.assign(fromFiles, parseEnvFile(text, file, { ...fromFiles, ...env }));
  }
  return { ...fromFiles, ...env };
}
