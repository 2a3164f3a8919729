import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import type { FieldChange } from "../model/plan.js";
import { sourceOf } from "../model/project.js";
import { ELEMENT_NAMES } from "./flatten-settings.js";

/** Adds the key and the position in the file to the changes of an app. */
export function locateChanges(changes: readonly FieldChange[], { app, request }: CheckedApp): FieldChange[] {
  const located = changes.map((change) => {
    const field = requestPathOf(change.path, request);
    return { change, field, ...sourceOf(app, field) };
  });
  const counts = new Map<string | undefined, number>();
  for (const { key } of located) counts.set(key, (counts.get(key) ?? 0) + 1);
  return located.map(({ change, field, key, location }) => {
    const { path, ...values } = change;
    const isWhole = field.length > 1 && (counts.get(key) ?? 0) === 1;
    const item = key === undefined ? undefined : itemOf(change, key, isWhole);
    return {
      path,
      ...(key !== undefined && { key }),
      ...(item !== undefined && { item }),
      ...(location && { location }),
      ...values,
    };
  });
}

/** The fields whose values have names, which may contain dots. */
const NAMED_VALUES: readonly string[] = ["env", "labels", "sysctls"];

/** Splits the path of a setting into the field and the rest: `["env", "LOG_LEVEL"]`. */
function splitPath(path: string): [field: string, rest: string] {
  const end = path.indexOf(".");
  return end < 0 ? [path, ""] : [path.slice(0, end), path.slice(end + 1)];
}

/**
 * The path in the request of a setting: `["mounts", 0, "ReadOnly"]` of `mounts./data.ReadOnly`. Of an element that the
 * request does not contain, the path of its list.
 */
function requestPathOf(path: string, request: NormalizedRequest): (string | number)[] {
  const [field, rest] = splitPath(path);
  if (NAMED_VALUES.includes(field)) return [field, rest];
  const nameOf = ELEMENT_NAMES[field as keyof typeof ELEMENT_NAMES] as ((element: unknown) => string) | undefined;
  if (nameOf === undefined) return path.split(".");
  const elements: readonly unknown[] = request[field as keyof typeof ELEMENT_NAMES] ?? [];
  const indexes = indexesByName(elements, nameOf);
  const name = prefixes(rest).find((prefix) => indexes.has(prefix));
  if (name === undefined) return [field];
  const subfield = rest.slice(name.length + 1);
  return [field, indexes.get(name) as number, ...(subfield === "" ? [] : subfield.split("."))];
}

/** The path and its parents, the longest first: `a.b.c`, `a.b`, `a`. Names may contain dots. */
function prefixes(path: string): string[] {
  const found = [path];
  for (let end = path.lastIndexOf("."); end > 0; end = path.lastIndexOf(".", end - 1)) found.push(path.slice(0, end));
  return found;
}

/** For each list of a request: the index of its elements by name. A plan asks for every element that differs. */
const knownIndexes = new WeakMap<readonly unknown[], ReadonlyMap<string, number>>();

function indexesByName(
  elements: readonly unknown[],
  nameOf: (element: unknown) => string,
): ReadonlyMap<string, number> {
  const known = knownIndexes.get(elements);
  if (known !== undefined) return known;
  const indexes = new Map(elements.map((element, index) => [nameOf(element), index] as const).toReversed());
  knownIndexes.set(elements, indexes);
  return indexes;
}

/**
 * The part of the path that the key does not contain.
 * @param isWhole the key stands for this setting only.
 */
function itemOf({ path, from, to }: FieldChange, key: string, isWhole: boolean): string | undefined {
  const [field, rest] = splitPath(path);
  // The value of a network, constraint or capability is its name.
  if (rest === "" || rest === from || rest === to) return undefined;
  if (NAMED_VALUES.includes(field)) return key.endsWith(`.${rest}`) ? undefined : path;
  return isWhole && field !== "ports" ? undefined : rest;
}
