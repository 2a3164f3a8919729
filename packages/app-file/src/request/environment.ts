import { DeploymentError, type SourceLocation } from "@openfactory/deploy-core";
import { decodeText } from "../files/read-file.js";
import { NO_SUCH_FILE, pathFrom } from "../files/referenced-files.js";
import { quote } from "../findings.js";
import { type EnvEntry, readEnvEntries } from "../interpolation/env-file.js";
import { type Environment, environmentLookup } from "../interpolation/interpolate.js";
import type { EnvFile } from "../schema/app-file.js";
import { type FilePath, type KeyValue, keyValues, SourceText, withoutTwins } from "../yaml/source-tree.js";
import { type AppContext, gathered, type Part } from "./fields.js";
import { developmentPath, isDevelopment } from "./labels.js";
import { storageVariable } from "./storage.js";

/** Variables of OpenFactory itself that an app gets wherever they are set. */
const PASSED_ON = ["KAFKA_BROKER", "KSQLDB_URL", "ASSET_ROUTER_URL"];

/** OpenFactory's own variables that every app gets, looked up once for all apps: each lookup is a system call. */
export function passedOnFrom(environment: Environment): ReadonlyMap<string, string> {
  const lookup = environmentLookup(environment);
  const set = new Map([
    ["OPENFACTORY_LOG_BACKEND", lookup("OPENFACTORY_LOG_BACKEND") || "text"],
    // OpenFactory does not look for this one in the environment.
    ["KSQLDB_LOG_LEVEL", "WARNING"],
  ]);
  for (const key of PASSED_ON) {
    const value = lookup(key);
    if (value !== undefined) set.set(key, value);
  }
  return set;
}

/**
 * The variables of an app: those that OpenFactory sets, then the app's own, of its env files and, over them, of
 * `environment`. An app may set any of OpenFactory's variables itself, except those that say who it is (`APP_UUID` and
 * `DOCKER_SERVICE`) and, with `routing`, its `PORT`.
 */
export function environmentPart(context: AppContext): Part<string[]> {
  const { entry, path } = context;
  const identity = [
    { key: "APP_UUID", value: entry.uuid, path: [...path, "uuid"] },
    { key: "DOCKER_SERVICE", value: entry.uuid.toLowerCase(), path: [...path, "uuid"] },
  ];
  const own = appVariables(context).filter((variable) => isAppsOwn(variable, context));
  const taken = new Set(own.map(({ key }) => key));
  const passedOn = [...context.passedOn].map(([key, value]) => ({ key, value, path }));
  const given = [...passedOn, ...routingVariables(context), ...storageVariables(context)];
  const all: Variable[] = [...identity, ...given.filter(({ key }) => !taken.has(key)), ...own];
  return gathered(all.map(({ key, value, ...place }) => ({ value: `${key}=${value}`, ...place })));
}

/** `PORT`, whether the app is exposed or not, and in the development environment the path it is reached under. */
function routingVariables({ entry: { uuid, routing }, path, environment }: AppContext): Variable[] {
  if (routing == null) return [];
  const port = { key: "PORT", value: String(routing.port), path: [...path, "routing", "port"] };
  const root = { key: "OPENFACTORY_ROOT_PATH", value: developmentPath(uuid), path: [...path, "routing"] };
  return [...(routing.port == null ? [] : [port]), ...(isDevelopment(environment) ? [root] : [])];
}

const storageVariables = ({ entry: { storage }, path }: AppContext): Variable[] =>
  storage == null ? [] : [{ key: "STORAGE", value: storageVariable(storage), path: [...path, "storage"] }];

/** Whether the app may set the variable; an attempt to set another one is a finding. */
function isAppsOwn(variable: Variable, context: AppContext): boolean {
  const { entry } = context;
  const { key, value } = variable;
  if (key === "PORT" && entry.routing != null) {
    tellAt(variable, 'PORT can\'t be set next to "routing"', "Leave PORT out: the app gets routing.port.", context);
    return false;
  }
  if (key !== "APP_UUID" && key !== "DOCKER_SERVICE") return true;
  const [own, name] = key === "APP_UUID" ? [entry.uuid, "uuid"] : [entry.uuid.toLowerCase(), "service name"];
  if (value !== own) {
    tellAt(variable, `${key} is not the app's own ${name}`, "Leave it out: it is set from the uuid.", context);
  }
  return false;
}

function tellAt({ location, path }: Variable, message: string, hint: string, { findings, tell }: AppContext): void {
  if (location === undefined) tell(path, message, hint);
  else findings.add(location, message, hint);
}

function appVariables(context: AppContext): Variable[] {
  const own = ownVariables(context).map(({ key, value = "", path }) => ({ key, value, path }));
  return [...new Map([...envFileVariables(context), ...own].map((variable) => [variable.key, variable])).values()];
}

function ownVariables({ path, tree, tell }: AppContext): KeyValue[] {
  const written = keyValues([...path, "environment"], tree).map(withoutSpaceAround);
  const entries = written.filter(({ key, value, path: here, shown, isNothing }) => {
    if (value !== undefined && !isNothing && /^\S+$/.test(key)) return true;
    const name = shown !== undefined && /^\w+$/.test(shown) ? shown : "NAME";
    const hasSpace = /\s/.test(key) && value !== undefined;
    tell(
      here,
      hasSpace ? "a variable's name has no white space" : "expected KEY=VALUE",
      `Write ${name}=value, or ${name}=\${${name}} to pass a variable on.`,
    );
    return false;
  });
  return withoutTwins(entries, (twin, first) => {
    const name = twin.shown === undefined ? "this variable" : quote(twin.shown);
    tell(twin.path, `${name} is set twice`, `It is on line ${tree.locate(first.path).line} already: keep one.`);
  });
}

/** `NAME = value` in a list is `NAME=value`, as in OpenFactory. In a mapping, YAML has the say. */
const withoutSpaceAround = (entry: KeyValue): KeyValue =>
  typeof entry.path.at(-1) === "string"
    ? entry
    : { ...entry, key: entry.key.trim(), value: entry.value?.trim(), shown: entry.shown?.trim() };

/** A variable of an app. */
interface Variable {
  key: string;
  value: string;
  /** Where the app file sets it, or names the env file that does. */
  path: FilePath;
  /** Its place in the env file that sets it. */
  location?: SourceLocation;
}

/** The variables of an app's env files, the later over the earlier. */
function envFileVariables(context: AppContext): Variable[] {
  const { entry, path, environment } = context;
  const variables = new Map<string, Variable>();
  for (const { name, required, at } of namedFiles(entry.env_file, [...path, "env_file"])) {
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

function namedFiles(envFile: EnvFile | null | undefined, path: FilePath): NamedFile[] {
  if (envFile == null) return [];
  if (Array.isArray(envFile)) return envFile.flatMap((each, index) => namedFiles(each, [...path, index]));
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
