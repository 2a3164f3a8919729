import type { SourceLocation } from "@openfactory/deploy-core";

/** The text of a file, which maps offsets to lines and columns, counted from 1. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  /** Start offset of each line. */
  readonly #lines = [0];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text.startsWith("\uFEFF") ? text.slice(1) : text;
    for (let end = this.text.indexOf("\n"); end >= 0; end = this.text.indexOf("\n", end + 1)) {
      this.#lines.push(end + 1);
    }
  }

  locationAt(offset: number): SourceLocation {
    const line = this.#lineOf(offset);
    return { file: this.file, line: line + 1, column: Math.max(offset - (this.#lines[line] ?? 0), 0) + 1 };
  }

  /** Index of the last line that starts at or before the offset. */
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

/** A value of the file and its position. */
export interface Located {
  /** Plain data, after interpolation. */
  value: unknown;
  /** The file of its offsets. Default: that of the tree. Several files can be merged to one tree. */
  source?: SourceText;
  /** A local YAML tag, such as `!reset`. */
  tag?: string;
  offset: number;
  /** Offset of its key. */
  keyOffset?: number;
  /** A scalar's text before interpolation. */
  written?: string;
  /** A scalar's text after interpolation: `1.10` stays `1.10`, although the number is 1.1. */
  text?: string;
  /** The variables in the text, by name. Findings never show their values. */
  variables?: ReadonlyMap<string, string>;
  /** It could not be interpolated, which is a finding already. */
  broken?: boolean;
  children?: ReadonlyMap<PropertyKey, Located>;
}

/** The data of a file, with the position of every value. */
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

  /** Location of the value at `path`, or of the closest parent that exists in the file. */
  locate(path: FilePath): SourceLocation {
    const found = this.#nearest(path);
    return (found.source ?? this.source).locationAt(found.offset);
  }

  /** As {@link locate}, but of the key. */
  locateKey(path: FilePath): SourceLocation {
    const found = this.#nearest(path);
    return (found.source ?? this.source).locationAt(found.keyOffset ?? found.offset);
  }

  /** The text of the scalar at `path` after interpolation; empty if there is none. */
  text(path: FilePath): string {
    return this.find(path)?.text ?? "";
  }

  /** Whether the value at `path` could not be interpolated. It gets no further findings. */
  isBroken(path: FilePath): boolean {
    return this.#nearest(path).broken === true;
  }

  /** Whether the value at `path`, or one inside it, contains values of variables. */
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
  /** Undefined for a list entry without `=`. */
  value: string | undefined;
  path: FilePath;
  /** A mapping entry without a value: `KEY:`. */
  isNothing: boolean;
  /** The key for messages. Undefined if it comes from a variable. */
  shown: string | undefined;
}

/** The entries at `path`, in the file's order. Values of a mapping stay as written: `1.10` stays `1.10`. */
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

/** The entries with distinct keys. `report` is called for each duplicate. */
export function uniqueByKey(
  entries: readonly KeyValue[],
  report: (duplicate: KeyValue, first: KeyValue) => void,
): KeyValue[] {
  const firsts = new Map<string, KeyValue>();
  for (const entry of entries) {
    const first = firsts.get(entry.key);
    if (first === undefined) firsts.set(entry.key, entry);
    else report(entry, first);
  }
  return [...firsts.values()];
}
