import type { FilePath, SourceTree } from "../source/tree.js";

/** `KEY=VALUE`, from a list or from a mapping. */
export interface KeyValue {
  key: string;
  /** Undefined where a list's entry has no `=`. */
  value: string | undefined;
  path: FilePath;
  /** It is there, and nothing is written: `KEY:`. */
  isNothing: boolean;
  /** The key as it may be shown: undefined where it came out of a variable. */
  shown: string | undefined;
}

/** The entries at `path`, in the file's order. A mapping's values count as they are written: `1.10` stays `1.10`. */
export function keyValues(path: FilePath, tree: SourceTree): KeyValue[] {
  const located = tree.find(path);
  return [...(located?.children ?? [])].map(([step, child]) => {
    const common = { path: [...path, step], isNothing: child.value === null };
    if (typeof step === "string") return { ...common, key: step, value: child.text ?? "", shown: step };
    const entry = child.text ?? "";
    const equals = entry.indexOf("=");
    const key = equals < 0 ? entry : entry.slice(0, equals);
    const isWritten = child.variables === undefined || child.written?.startsWith(`${key}=`) === true;
    return {
      ...common,
      key,
      value: equals < 0 ? undefined : entry.slice(equals + 1),
      shown: isWritten ? key : undefined,
    };
  });
}

/** The entries without those whose key is there already: `tell` is told of them. */
export function withoutTwins(
  entries: readonly KeyValue[],
  tell: (twin: KeyValue, first: KeyValue) => void,
): KeyValue[] {
  const firsts = new Map<string, KeyValue>();
  for (const entry of entries) {
    const first = firsts.get(entry.key);
    if (first === undefined) firsts.set(entry.key, entry);
    else tell(entry, first);
  }
  return [...firsts.values()];
}
