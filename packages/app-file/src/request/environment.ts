import type { SourceLocation } from "@openfactory/deploy-core";
import { resolvePath } from "../files/referenced-files.js";
import { quote } from "../findings.js";
import { type Environment, environmentLookup } from "../interpolation/interpolate.js";
import type { EnvFile } from "../schema/app-file.js";
import { type FilePath, type KeyValue, keyValues, uniqueByKey } from "../yaml/source-tree.js";
import type { EnvFileContent } from "./env-files.js";
import { type AppContext, listField, type RequestField } from "./fields.js";
import { developmentPath, isDevelopment } from "./labels.js";
import { storageVariable } from "./storage.js";

/** Variables of OpenFactory that every app inherits if they are set. */
const INHERITED_NAMES = ["KAFKA_BROKER", "KSQLDB_URL", "ASSET_ROUTER_URL"];

/** A variable of an app. */
export interface Variable {
  key: string;
  value: string;
  /** Path in the app file of the variable, or of its env file. */
  path: FilePath;
  /** Location in the env file. */
  location?: SourceLocation;
}

interface EnvFileReference {
  name: string;
  required: boolean;
  at: FilePath;
}

/** OpenFactory's own variables that every app inherits. Looked up once for all apps, since each lookup is a system call. */
export function inheritedVariables(environment: Environment): ReadonlyMap<string, string> {
  const lookup = environmentLookup(environment);
  const set = new Map([
    ["OPENFACTORY_LOG_BACKEND", lookup("OPENFACTORY_LOG_BACKEND") || "text"],
    // OpenFactory does not read this variable from the environment.
    ["KSQLDB_LOG_LEVEL", "WARNING"],
  ]);
  for (const key of INHERITED_NAMES) {
    const value = lookup(key);
    if (value !== undefined) set.set(key, value);
  }
  return set;
}

/**
 * The variables of an app: those that OpenFactory sets, then those of the app's env files and of `environment`, which take
 * precedence. An app can set all of OpenFactory's variables except its identity (`APP_UUID` and `DOCKER_SERVICE`) and, with
 * `routing`, its `PORT`.
 */
export function environmentField(context: AppContext): RequestField<string[]> {
  const { entry, path } = context;
  if (entry.openfactory_variables === false) return asField(appVariables(context));
  const identity = [
    { key: "APP_UUID", value: entry.uuid, path: [...path, "uuid"] },
    { key: "DOCKER_SERVICE", value: entry.uuid.toLowerCase(), path: [...path, "uuid"] },
  ];
  const own = appVariables(context).filter((variable) => isAllowed(variable, context));
  const ownNames = new Set(own.map(({ key }) => key));
  const inherited = [...context.inherited].map(([key, value]) => ({ key, value, path }));
  const given = [...inherited, ...routingVariables(context), ...storageVariables(context)];
  const all: Variable[] = [...identity, ...given.filter(({ key }) => !ownNames.has(key)), ...own];
  return asField(all);
}

const asField = (variables: readonly Variable[]): RequestField<string[]> =>
  listField(variables.map(({ key, value, ...place }) => ({ value: `${key}=${value}`, ...place })));

/** `PORT`, also for an app that is not exposed, and in the development environment the path of the app. */
function routingVariables({ entry: { uuid, routing }, path, environment }: AppContext): Variable[] {
  if (routing == null) return [];
  const port = { key: "PORT", value: String(routing.port), path: [...path, "routing", "port"] };
  const root = { key: "OPENFACTORY_ROOT_PATH", value: developmentPath(uuid), path: [...path, "routing"] };
  return [...(routing.port == null ? [] : [port]), ...(isDevelopment(environment) ? [root] : [])];
}

const storageVariables = ({ entry: { storage }, path }: AppContext): Variable[] =>
  storage == null ? [] : [{ key: "STORAGE", value: storageVariable(storage), path: [...path, "storage"] }];

/** Whether the app can set the variable. If not, and the value differs, that is a finding. */
function isAllowed(variable: Variable, context: AppContext): boolean {
  const { entry } = context;
  const { key, value } = variable;
  if (key === "PORT" && entry.routing != null) {
    reportVariable(
      variable,
      'PORT can\'t be set in an app with "routing"',
      "Remove PORT: it is set from routing.port.",
      context,
    );
    return false;
  }
  if (key !== "APP_UUID" && key !== "DOCKER_SERVICE") return true;
  const [own, name] = key === "APP_UUID" ? [entry.uuid, "uuid"] : [entry.uuid.toLowerCase(), "service name"];
  if (value !== own) {
    reportVariable(
      variable,
      `${key} differs from the app's ${name}`,
      `Remove ${key}: it is set from the uuid.`,
      context,
    );
  }
  return false;
}

function reportVariable(
  { location, path }: Variable,
  message: string,
  hint: string,
  { findings, report }: AppContext,
): void {
  if (location === undefined) report(path, message, hint);
  else findings.add(location, message, hint);
}

function appVariables(context: AppContext): Variable[] {
  const own = ownVariables(context).map(({ key, value = "", path }) => ({ key, value, path }));
  const all = new Map([...envFileVariables(context), ...own].map((variable) => [variable.key, variable]));
  const variables = [...all.values()];
  context.budget.addVariables(variables, context.tree.locateKey(context.path));
  return variables;
}

function ownVariables({ path, tree, report }: AppContext): KeyValue[] {
  const written = keyValues([...path, "environment"], tree).map(withoutSpaceAround);
  const entries = written.filter(({ key, value, path: here, shown, isNothing }) => {
    if (value !== undefined && !isNothing && /^\S+$/.test(key)) return true;
    const name = shown !== undefined && /^\w+$/.test(shown) ? shown : "NAME";
    const hasSpace = /\s/.test(key) && value !== undefined;
    report(
      here,
      hasSpace ? "variable names can't contain whitespace" : "expected KEY=VALUE",
      `Write ${name}=value, or ${name}=\${${name}} to pass the variable through.`,
    );
    return false;
  });
  return uniqueByKey(entries, (duplicate, first) => {
    const name = duplicate.shown === undefined ? "" : ` ${quote(duplicate.shown)}`;
    report(
      duplicate.path,
      `duplicate variable${name}`,
      `Also on line ${tree.locate(first.path).line}. Keep one of them.`,
    );
  });
}

/** `NAME = value` in a list is `NAME=value`, as in OpenFactory. Keys of a mapping are not changed. */
const withoutSpaceAround = (entry: KeyValue): KeyValue =>
  typeof entry.path.at(-1) === "string"
    ? entry
    : { ...entry, key: entry.key.trim(), value: entry.value?.trim(), shown: entry.shown?.trim() };

/** The variables of an app's env files. Later files override earlier ones. */
export function envFileVariables(context: AppContext): Variable[] {
  const { entry, path, tree, envFiles } = context;
  const variable = environmentLookup(context.environment);
  const variables = new Map<string, Variable>();
  const before: string[] = [];
  for (const { name, required, at } of envFileReferences(entry.env_file, [...path, "env_file"])) {
    const file = resolvePath(name, tree.source.file, variable);
    if (!required && !envFiles.has(file)) continue;
    const content = envFiles.read(file, before, variables);
    before.push(file);
    if (!("variables" in content)) {
      reportEnvFile(content, at, context);
      continue;
    }
    // A file name that contains a variable is not shown.
    const isShown = !tree.isInterpolated(at);
    for (const [key, { value, location }] of content.variables) {
      variables.set(key, { key, value, path: at, ...(isShown && { location }) });
    }
  }
  return [...variables.values()];
}

function envFileReferences(envFile: EnvFile | null | undefined, path: FilePath): EnvFileReference[] {
  if (envFile == null) return [];
  if (Array.isArray(envFile)) return envFile.flatMap((each, index) => envFileReferences(each, [...path, index]));
  if (typeof envFile === "string") return [{ name: envFile, required: true, at: path }];
  return [{ name: envFile.path, required: envFile.required ?? true, at: [...path, "path"] }];
}

/** Findings are located in the env file, or at its reference if its name contains a variable, which must not be shown. */
function reportEnvFile(
  content: Exclude<EnvFileContent, { variables: unknown }>,
  at: FilePath,
  { tree, findings, report }: AppContext,
): void {
  if ("problem" in content) return report(at, content.problem, content.hint);
  for (const { message, location, hint } of content.issues) {
    if (location === undefined) report(at, message);
    else if (tree.isInterpolated(at)) report(at, `line ${location.line} of the file: ${message}`, hint);
    else findings.add(location, message, hint);
  }
}
