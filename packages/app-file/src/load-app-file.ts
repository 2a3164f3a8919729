import { dirname, join } from "node:path";
import { DeploymentError } from "@openfactory/deploy-core";
import { parseEnvFile } from "./interpolation/env-file.js";
import type { Environment } from "./interpolation/environment.js";
import type { AppFile } from "./model.js";
import { parseAppFile } from "./parse-app-file.js";
import { readTextFile } from "./source/read-text.js";

export interface LoadOptions {
  /** Default: the process's environment. It wins over env files. */
  env?: Environment;
  /** Env files, later ones winning over earlier ones. Default: `.env` in the file's folder, where there is one. */
  envFiles?: string[];
}

/**
 * Reads an app file and its env files.
 * @throws DeploymentError `INVALID_FILE`: a file that can't be read, is larger than 1 MiB, or is not valid.
 */
export async function loadAppFile(path: string, options: LoadOptions = {}): Promise<AppFile> {
  const { env: given = process.env, envFiles } = options;
  const env = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const text = await readTextFile(path);
  return parseAppFile(text, { file: path, env: await withEnvFiles(env, path, envFiles) });
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

const isMissing = (error: unknown): boolean =>
  DeploymentError.isInstance(error) && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";
