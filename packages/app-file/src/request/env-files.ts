import { DeploymentError, type SourceLocation } from "@openfactory/deploy-core";
import { NO_SUCH_FILE } from "../files/files.js";
import { pathFrom } from "../files/path-from.js";
import { type EnvEntry, readEnvEntries } from "../interpolation/env-file.js";
import type { EnvFile } from "../schema/env-file.js";
import { decodeText } from "../source/read-text.js";
import { SourceText } from "../source/source-text.js";
import type { FilePath } from "../source/tree.js";
import type { AppContext } from "./part.js";

/** A variable of an app. */
export interface Variable {
  key: string;
  value: string;
  /** Where the app file sets it, or names the env file that does. */
  path: FilePath;
  /** Its place in the env file that sets it. */
  location?: SourceLocation;
}

/** The variables of an app's env files, the later over the earlier. */
export function envFileVariables(context: AppContext): Variable[] {
  const { entry, path, environment } = context;
  const variables = new Map<string, Variable>();
  for (const { name, required, at } of entries(entry.env_file, [...path, "env_file"])) {
    const before = Object.fromEntries([...variables].map(([key, { value }]) => [key, value]));
    const { entries: found, source } = readEnvFile(name, required, at, { ...before, ...environment }, context);
    // The name of a file that came out of a variable is not shown.
    const isShown = source !== undefined && !context.tree.isInterpolated(at);
    for (const [key, { value, offset }] of found) {
      variables.set(key, { key, value, path: at, ...(isShown && { location: source.at(offset) }) });
    }
  }
  return [...variables.values()];
}

const NOTHING = { entries: new Map<string, EnvEntry>() };

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
): { entries: ReadonlyMap<string, EnvEntry>; source?: SourceText } {
  const path = pathFrom(name, tree.source.file);
  const found = files.get(path) ?? NO_SUCH_FILE;
  if (found === NO_SUCH_FILE && !required) return NOTHING;
  if (!("bytes" in found)) {
    tell(at, found.problem, found.hint);
    return NOTHING;
  }
  try {
    const source = new SourceText(path, decodeText(found.bytes, path));
    return { entries: readEnvEntries(source, environment), source };
  } catch (error) {
    if (!DeploymentError.isInstance(error, "INVALID_FILE")) throw error;
    for (const { message, location, hint } of error.issues) {
      if (location === undefined) tell(at, message);
      else if (tree.isInterpolated(at)) tell(at, `line ${location.line} of the file: ${message}`, hint);
      else findings.add(location, message, hint);
    }
    return NOTHING;
  }
}
