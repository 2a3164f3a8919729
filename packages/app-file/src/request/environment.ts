import { type Environment, environmentLookup } from "../interpolation/environment.js";
import { quote } from "../report/nearest.js";
import { envFileVariables, type Variable } from "./env-files.js";
import { type KeyValue, keyValues, withoutTwins } from "./key-values.js";
import { type AppContext, gathered, type Part } from "./part.js";

/** Variables of OpenFactory itself that an app gets wherever they are set. */
const PASSED_ON = ["KAFKA_BROKER", "KSQLDB_URL", "ASSET_ROUTER_URL"];

/** Those of OpenFactory's own variables that are set, looked up once for all apps: each look is a call of the system's. */
export function passedOnFrom(environment: Environment): ReadonlyMap<string, string> {
  const lookup = environmentLookup(environment);
  const set = new Map<string, string>();
  for (const key of PASSED_ON) {
    const value = lookup(key);
    if (value !== undefined) set.set(key, value);
  }
  return set;
}

/**
 * `APP_UUID` and `DOCKER_SERVICE`, OpenFactory's own variables where they are set, then the app's: those of its env files
 * and, over them, those of `environment`. The first two say who the app is: an app may repeat them, not change them. The
 * others are its own if it sets them.
 */
export function environmentPart(context: AppContext): Part<string[]> {
  const { entry, path, tell } = context;
  const identity = new Map([
    ["APP_UUID", entry.uuid],
    ["DOCKER_SERVICE", entry.uuid.toLowerCase()],
  ]);
  const variables = appVariables(context).filter(({ key, value, path: here }) => {
    const given = identity.get(key);
    if (given !== undefined && value !== given) {
      const own = key === "APP_UUID" ? "uuid" : "service name";
      tell(here, `${key} is not the app's own ${own}`, "Leave it out: it is set from the uuid.");
    }
    return given === undefined;
  });
  const taken = new Set(variables.map(({ key }) => key));
  const passedOn = [...context.passedOn].filter(([key]) => !taken.has(key));

  return gathered([
    ...[...identity].map(([key, value]) => ({ value: `${key}=${value}`, path: [...path, "uuid"] })),
    ...passedOn.map(([key, value]) => ({ value: `${key}=${value}`, path })),
    ...variables.map(({ key, value, path: here }) => ({ value: `${key}=${value}`, path: here })),
  ]);
}

function appVariables(context: AppContext): Variable[] {
  const own = ownVariables(context).map(({ key, value = "", path }) => ({ key, value, path }));
  return [...new Map([...envFileVariables(context), ...own].map((variable) => [variable.key, variable])).values()];
}

function ownVariables({ path, tree, tell }: AppContext): KeyValue[] {
  const entries = keyValues([...path, "environment"], tree).filter(({ key, value, path: here, shown, isNothing }) => {
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
