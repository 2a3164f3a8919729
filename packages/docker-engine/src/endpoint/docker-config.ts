import { join } from "node:path";
import { DeploymentError, homeDirectory } from "@openfactory/deploy-core";
import { readSettings } from "./read-settings.js";

/** Environment variables, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The user's Docker configuration: `$DOCKER_CONFIG`, or `.docker` in the home directory. */
export function configDirectory(env: Environment): string {
  if (env["DOCKER_CONFIG"]) return env["DOCKER_CONFIG"];
  return join(homeDirectory(env), ".docker");
}

/** An entry of `auths`. Source: docker/cli, `cli/config/types/authconfig.go`. */
export interface AuthEntry {
  /** Base64 of `user:password`. */
  auth?: string;
  username?: string;
  password?: string;
  identitytoken?: string;
  registrytoken?: string;
}

/** The keys of config.json that are used here. Source: docker/cli, `cli/config/configfile/file.go`. */
export interface ConfigFile {
  auths?: Record<string, AuthEntry>;
  credsStore?: string;
  credHelpers?: Record<string, string>;
  currentContext?: string;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): boolean => typeof value === "string";

const checks: Record<keyof ConfigFile, (value: unknown) => boolean> = {
  auths: (value) => isRecord(value) && Object.values(value).every(isRecord),
  credsStore: isText,
  credHelpers: (value) => isRecord(value) && Object.values(value).every(isText),
  currentContext: isText,
};

// The parser's message quotes the text around the error, which may be a password: it is not repeated.
const invalid = (file: string, why: string): DeploymentError =>
  new DeploymentError("INVALID_REQUEST", `Docker's configuration ${file} can't be used: ${why}.`, {
    hint: "Correct the file, or set DOCKER_CONFIG to another directory.",
  });

function read(file: string): string | undefined {
  try {
    return readSettings(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw invalid(file, `it can't be read (${code})`);
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(file, "it is not JSON");
  }
}

/**
 * The current context, even if other keys of the file are invalid. Without a readable file it is the default engine, as
 * with the docker command.
 * @throws DeploymentError `INVALID_REQUEST` if the file is not JSON but names a context: the default engine is another one.
 */
export function readCurrentContext(env: Environment): string | undefined {
  try {
    return readConfigFile(env).currentContext;
  } catch (error) {
    const text = textIfReadable(join(configDirectory(env), "config.json"));
    try {
      const { currentContext } = JSON.parse(text) as { currentContext?: unknown };
      return typeof currentContext === "string" ? currentContext : undefined;
    } catch {
      if (/"currentContext"\s*:\s*"(?!default")/.test(text)) throw error;
      return undefined;
    }
  }
}

const textIfReadable = (file: string): string => {
  try {
    return read(file) ?? "";
  } catch {
    return "";
  }
};

/** The user's config.json; empty if it does not exist. @throws DeploymentError `INVALID_REQUEST` naming the file. */
export function readConfigFile(env: Environment): ConfigFile {
  const file = join(configDirectory(env), "config.json");
  const text = read(file);
  if (text === undefined || text.trim() === "") return {};
  const config = parse(file, text);
  if (!isRecord(config)) throw invalid(file, "it is not a JSON object");
  for (const [key, valid] of Object.entries(checks)) {
    const value = config[key] ?? undefined;
    if (value !== undefined && !valid(value)) throw invalid(file, `${key} has the wrong type`);
  }
  return config as ConfigFile;
}
