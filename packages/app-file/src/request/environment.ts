import { type Environment, environmentLookup } from "../interpolation/environment.js";
import { quote } from "../report/nearest.js";
import { envFileVariables, type Variable } from "./env-files.js";
import { type KeyValue, keyValues, withoutTwins } from "./key-values.js";
import { type AppContext, gathered, type Part } from "./part.js";
import { developmentPath, isDevelopment } from "./routing.js";
import { storageVariable } from "./storage-variable.js";

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
