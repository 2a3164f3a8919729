import { join, resolve } from "node:path";
import { isNotFound, readTextFile } from "../files/read-file.js";
import { parseEnvFile } from "./env-file.js";
import type { Environment } from "./interpolate.js";

/** OpenFactory's own configuration: the addresses of its services, its domain. */
const OPENFACTORY_ENV = ".ofaenv";

export interface EnvFileOptions {
  /** The process's environment. It takes precedence over all files. */
  env: Environment;
  /** Env files that replace `.env`. */
  envFiles?: readonly string[] | undefined;
  cwd: string;
  /** Whether to ignore files that are missing or invalid. Default false. */
  isTolerant?: boolean;
}

/**
 * The variables for the files in one directory, in order of precedence: the environment; `envFiles`, the last one first, or
 * `.env` in the directory; `.ofaenv` in the directory; `.ofaenv` in the working directory. With `OPENFACTORY_ENV=dev`,
 * `OPENFACTORY_VERSION` defaults to `latest`.
 * @throws DeploymentError `INVALID_FILE` for an invalid line, and for a missing file of `envFiles`.
 */
export async function variablesFor(
  directory: string,
  { env, envFiles, cwd, isTolerant = false }: EnvFileOptions,
): Promise<Environment> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  const own = join(directory, OPENFACTORY_ENV);
  const shared = resolve(directory) === resolve(cwd) ? [] : [join(cwd, OPENFACTORY_ENV)];
  let fromFiles: Record<string, string> = {};
  const add = async (file: string, isNamed: boolean): Promise<void> => {
    try {
      // Not Object.assign(), which would set the prototype for a variable named __proto__.
      fromFiles = { ...fromFiles, ...parseEnvFile(await readTextFile(file), file, { ...fromFiles, ...set }) };
    } catch (error) {
      if (!isTolerant && (isNamed || !isNotFound(error))) throw error;
    }
  };
  for (const file of [...shared, own]) await add(file, false);
  for (const file of envFiles ?? [join(directory, ".env")]) await add(file, envFiles !== undefined);
  return withVersion({ ...fromFiles, ...set });
}

/**
 * The environment, with OpenFactory's configuration as defaults: `.ofaenv` in the working directory.
 * @throws DeploymentError `INVALID_FILE` for an invalid line.
 */
export const openfactoryEnvironment = (cwd: string, env: Environment): Promise<Environment> =>
  variablesFor(cwd, { env, envFiles: [], cwd });

/** As in OpenFactory, the version is `latest` in the development environment. */
const withVersion = (environment: Environment): Environment =>
  environment["OPENFACTORY_ENV"] === "dev" && !environment["OPENFACTORY_VERSION"]
    ? { ...environment, OPENFACTORY_VERSION: "latest" }
    : environment;
