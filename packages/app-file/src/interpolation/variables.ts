import { join, resolve } from "node:path";
import { isMissing, readTextFile } from "../files/read-file.js";
import { parseEnvFile } from "./env-file.js";
import type { Environment } from "./interpolate.js";

/** OpenFactory's own configuration: the addresses of its services, its domain. */
const OPENFACTORY_ENV = ".ofaenv";

export interface EnvFileOptions {
  /** The process's environment: it wins over all files. */
  env: Environment;
  /** They take the place of `.env`. */
  envFiles?: readonly string[] | undefined;
  cwd: string;
  /** Leave out files that are missing or have bad lines. Default false. */
  isTolerant?: boolean;
}

/**
 * The variables for the files in one directory. From the strongest: the environment; the env files that are named, the
 * later over the earlier, or `.env` in the directory; `.ofaenv` in the directory; `.ofaenv` in the working directory. With
 * `OPENFACTORY_ENV=dev`, `OPENFACTORY_VERSION` is `latest` unless it is set.
 * @throws DeploymentError `INVALID_FILE` for a bad line, and for a file that is named and missing.
 */
export async function variablesFor(
  directory: string,
  { env, envFiles, cwd, isTolerant = false }: EnvFileOptions,
): Promise<Environment> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  const own = join(directory, OPENFACTORY_ENV);
  const shared = resolve(directory) === resolve(cwd) ? [] : [join(cwd, OPENFACTORY_ENV)];
  const fromFiles: Record<string, string> = {};
  const add = async (file: string, isNamed: boolean): Promise<void> => {
    try {
      Object.assign(fromFiles, parseEnvFile(await readTextFile(file), file, { ...fromFiles, ...set }));
    } catch (error) {
      if (!isTolerant && (isNamed || !isMissing(error))) throw error;
    }
  };
  for (const file of [...shared, own]) await add(file, false);
  for (const file of envFiles ?? [join(directory, ".env")]) await add(file, envFiles !== undefined);
  return withVersion({ ...fromFiles, ...set });
}

/**
 * The environment, and under it OpenFactory's own configuration: `.ofaenv` in the working directory.
 * @throws DeploymentError `INVALID_FILE` for a bad line.
 */
export const openfactoryEnvironment = (cwd: string, env: Environment): Promise<Environment> =>
  variablesFor(cwd, { env, envFiles: [], cwd });

/** As in OpenFactory, whose development environment has the version `latest`. */
const withVersion = (environment: Environment): Environment =>
  environment["OPENFACTORY_ENV"] === "dev" && !environment["OPENFACTORY_VERSION"]
    ? { ...environment, OPENFACTORY_VERSION: "latest" }
    : environment;
