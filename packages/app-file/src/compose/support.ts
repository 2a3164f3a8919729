import { didYouMean, type Report } from "../findings.js";
import type { FileNotes } from "../notes.js";
import type { FilePath, Located, SourceTree } from "../yaml/source-tree.js";
import type { KeyRule } from "./keys.js";

/** A path in messages: `services.web.dns`. */
export const pathText = (path: FilePath): string => path.map(String).join(".");

/** The value at a path without the keys that are not supported, which are noted. Unknown keys are findings. */
export function supportedValue(
  path: FilePath,
  rule: KeyRule,
  { tree, notes, report }: { tree: SourceTree; notes: FileNotes; report: Report },
): unknown {
  const read = (located: Located, at: FilePath, { no, none, keys, each }: KeyRule): unknown => {
    if (none !== undefined) return undefined;
    if (no !== undefined) {
      if (!isEmpty(located.value)) notes.addUnsupported(patternOf(at), pathText(at), tree.locateKey(at), no);
      return undefined;
    }
    if (located.children === undefined || (keys === undefined && each === undefined)) return located.value;
    if (Array.isArray(located.value)) {
      return [...located.children].map(([index, child]) => read(child, [...at, index], each ?? {}));
    }
    const entries = [...located.children].flatMap(([step, child]) => {
      const key = String(step);
      const known = keys !== undefined && Object.hasOwn(keys, key) ? keys[key] : each;
      if (known === undefined) {
        report([...at, key], "unknown key", didYouMean(key, Object.keys(keys ?? {})));
        return [];
      }
      const value = read(child, [...at, key], known);
      return value === undefined ? [] : [[key, value] as const];
    });
    return Object.fromEntries(entries);
  };
  const located = tree.find(path);
  return located === undefined ? undefined : read(located, path, rule);
}

/** Whether a value requests nothing: `privileged: false`, `dns: []`. */
const isEmpty = (value: unknown): boolean =>
  value === null ||
  value === false ||
  value === "" ||
  (typeof value === "object" && Object.keys(value as object).length === 0);

/** The path without names of the user and indexes: `services.*.dns`. */
const patternOf = (path: FilePath): string =>
  path
    .map((step, index) => (typeof step === "number" || index === 1 || isName(path, index) ? "*" : String(step)))
    .join(".");

/** A network, or a dependency, of a service. */
const isName = (path: FilePath, index: number): boolean =>
  index === 3 && ["networks", "depends_on", "ulimits"].includes(String(path[2])) && path.length > 4;
