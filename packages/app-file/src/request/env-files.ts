import { DeploymentError, type SourceLocation } from "@openfactory/deploy-core";
import { NO_SUCH_FILE } from "../files/files.js";
import { pathFrom } from "../files/path-from.js";
import { parseEnvFile } from "../interpolation/env-file.js";
import type { EnvFile } from "../schema/env-file.js";
import { decodeText } from "../source/read-text.js";
import { SourceText } from "../source/source-text.js";
import type { FilePath, SourceTree } from "../source/tree.js";
import type { AppContext } from "./part.js";

/** A variable of an app. */
export interface Variable {
  key: string;
  value: string;
  /** Where the app file sets it, or names the env file that does. */
  path: FilePath;
  /** The env file that sets it. */
  source?: SourceText;
}

/**
 * The line of the env file that sets a variable. Undefined for a variable of the app file itself, and for an env file
 * whose name came out of a variable, which is not to be shown.
 */
export function variableLocation({ key, path, source }: Variable, tree: SourceTree): SourceLocation | undefined {
  if (source === undefined || tree.isInterpolated(path)) return undefined;
  const lines = [...source.text.matchAll(/^[ \t]*(?:export[ \t]+)?([\w.-]+)/gm)];
  const line = lines.findLast(([, name]) => name === key);
  return source.at(line === undefined ? 0 : line.index + line[0].length - key.length);
}

/** The variables of an app's env files, the later over the earlier. */
export function envFileVariables(context: AppContext): Variable[] {
  const { entry, path, environment } = context;
  const variables = new Map<string, Variable>();
  for (const { name, required, at } of entries(entry.env_file, [...path, "env_file"])) {
    const before = Object.fromEntries([...variables].map(([key, { value }]) => [key, value]));
    const found = readEnvFile(name, required, at, { ...before, ...environment }, context);
    for (const [key, value] of Object.entries(found.values)) {
      variables.set(key, { key, value, path: at, source: found.source });
    }
  }
  return [...variables.values()];
}

interface NamedFile {
  name: string;
  required: boolean;
  at: FilePath;
}

function entries(envFile: EnvFile | null | undefined, path: FilePath): NamedFile[] {
  if (envFile == null) return [];
  if (Array.isArray(envFile)) return envFile.flatMap((each, index) => entries(each, [...path, index]));
  if (typeof envFile === "string") return [{ name: envFile, required: true, at: path }];
  return [{ name: envFile.path, required: envFile.required ?? true, at: [...path, "path"] }];
}

/** What is wrong in the file is told at its place there. A file whose name came out of a variable stays unnamed. */
function readEnvFile(
  name: string,
  required: boolean,
  at: FilePath,
  environment: AppContext["environment"],
  { tree, files, findings, tell }: AppContext,
): { values: Record<string, string>; source?: SourceText } {
  const path = pathFrom(name, tree.source.file);
  const found = files.get(path) ?? NO_SUCH_FILE;
  if (found === NO_SUCH_FILE && !required) return { values: {} };
  if (!("bytes" in found)) {
    tell(at, found.problem, found.hint);
    return { values: {} };
  }
  try {
    const text = decodeText(found.bytes, path);
    return { values: parseEnvFile(text, path, environment), source: new SourceText(path, text) };
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error;
    for (const { message, location, hint } of error.issues) {
      if (location === undefined) tell(at, message);
      else if (tree.isInterpolated(at)) tell(at, `line ${location.line} of the file: ${message}`, hint);
      else findings.add(location, message, hint);
    }
    return { values: {} };
  }
}
