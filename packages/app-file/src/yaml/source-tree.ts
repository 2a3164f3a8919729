import type { SourceLocation } from "@openfactory/deploy-core";

/** A text, and the line and column (from 1) of every offset in it. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  /** The offset at which each line begins. */
  readonly #lines = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text.startsWith("\uFEFF") ? text.slice(1) : text;
    for (let end = this.text.indexOf("\n"); end >= 0; end = this.text.indexOf("\n", end + 1)) {
      this.#lines.push(end + 1);
    }
  }

  at(offset: number): SourceLocation {
    const line = this.#lineOf(offset);
    return { file: this.file, line: line + 1, column: Math.max(offset - (this.#lines[line] ?? 0), 0) + 1 };
  }

  /** Of the lines that begin up to there, the last one. */
  #lineOf(offset: number): number {
    let [low, high] = [0, this.#lines.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Keys and indexes from the root of a file: `["apps", "demo", "ports", 0]`. */
export type FilePath = readonly PropertyKey[];

/** A value of the file and where it stands. */
export interface Located {
  /** Plain data: interpolated text, numbers, lists, objects. */
  value: unknown;
  offset: number;
  /** Of the key whose value it is. */
  keyOffset?: number;
  /** A scalar's text before interpolation. */
  written?: string;
  /** A scalar's text after interpolation: `1.10` stays `1.10`, though as a number it is 1.1. */
  text?: string;
  /** The variables in its text, by name. Their values are never shown. */
  variables?: ReadonlyMap<string, string>;
  /** It could not be interpolated, which is told already. */
  broken?: boolean;
  children?: ReadonlyMap<PropertyKey, Located>;
}

/** A file's data, with the place of every part. */
export class SourceTree {
  readonly source: SourceText;
  readonly root: Located;

  constructor(source: SourceText, root: Located) {
    this.source = source;
    this.root = root;
  }

  find(path: FilePath): Located | undefined {
    return path.reduce<Located | undefined>((at, step) => at?.children?.get(step), this.root);
  }

  /** Where the value at `path` begins, or the nearest part round it that is written in the file. */
  locate(path: FilePath): SourceLocation {
    return this.source.at(this.#nearest(path).offset);
  }

  /** As {@link locate}, of the key. */
  locateKey(path: FilePath): SourceLocation {
    const found = this.#nearest(path);
    return this.source.at(found.keyOffset ?? found.offset);
  }

  /** The text of the scalar at `path` as it counts, after interpolation; an empty text for nothing. */
  text(path: FilePath): string {
    return this.find(path)?.text ?? "";
  }

  /** Whether nothing more is to be said of the value at `path`: it could not be interpolated. */
  isBroken(path: FilePath): boolean {
    return this.#nearest(path).broken === true;
  }

  /** Whether the value at `path`, or one inside it, holds variables' values. */
  isInterpolated(path: FilePath): boolean {
    const holds = ({ variables, children }: Located): boolean =>
      variables !== undefined || [...(children?.values() ?? [])].some(holds);
    const found = this.find(path);
    return found !== undefined && holds(found);
  }

  #nearest(path: FilePath): Located {
    let found = this.root;
    for (const step of path) {
      const next = found.children?.get(step);
      if (next === undefined) break;
      found = next;
    }
    return found;
  }
}

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
