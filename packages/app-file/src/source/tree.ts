import type { SourceLocation } from "@openfactory/deploy-core";
import type { SourceText } from "./source-text.js";

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
