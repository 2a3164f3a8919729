import { DeploymentError, type SourceLocation } from "@openfactory/deploy-core";
import { Findings, quote } from "../findings.js";
import { interpolate, type Lookup, type VariableSyntax } from "../interpolation/interpolate.js";
import { MAX_COPIED_VALUES, MAX_EXPANDED_LENGTH } from "../limits.js";
import { AppEntries } from "./app-entries.js";
import {
  composeEntry,
  composeYaml,
  type YamlAlias,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from "./parse-yaml.js";
import { type FilePath, type Located, SourceText, SourceTree } from "./source-tree.js";
import { splitApps } from "./split-apps.js";

/** The rules of a file format. */
export interface TreeFormat {
  syntax: VariableSyntax;
  /** Whether a key is for other tools (`x-...`), and not read. */
  isExtension: (path: FilePath, key: string) => boolean;
  /** Local YAML tags, which are kept in {@link Located.tag}. */
  localTags: readonly string[];
  /** Receives a variable that is not set and becomes an empty text. Default: such a variable is a finding. */
  reportUnset?: (name: string, location: SourceLocation) => void;
}

/** App files: extensions are possible at the top level and in an app. */
const APP_FILE: TreeFormat = {
  syntax: "braces",
  isExtension: (path, key) => key.startsWith("x-") && (path.length === 0 || (path.length === 2 && path[0] === "apps")),
  localTags: [],
};

/**
 * Whether a number is written in its shortest form, such as `400` or `1.5`. Some YAML readers treat `0400` and `0o400` as
 * octal, and `1.10` and `1e3` change when printed: these stay text, and the schema of the key decides.
 */
const isPlainNumber = (value: number, written: string): boolean => String(value) === written;

/**
 * Reads a YAML text: resolves aliases and merge keys, and replaces variables. Other problems become findings.
 * @throws DeploymentError `INVALID_FILE` if the text is not YAML.
 */
export function readTree(
  source: SourceText,
  lookup: Lookup,
  findings: Findings,
  format: TreeFormat = APP_FILE,
): SourceTree {
  const root = composeYaml(source, findings, format.localTags);
  return new SourceTree(source, new TreeReader(source, lookup, findings, format).read(root, []));
}

/**
 * Reads an app file as {@link readTree}, one app at a time, and keeps one app in memory: the trees of thousands of apps would take
 * more memory than their requests. Findings about an app are added when it is first read.
 * @returns undefined for a file that has to be read as a whole, such as one with aliases between apps.
 * @throws NotInParts if an app turns out later not to be a separate part.
 */
export function readTreeInParts(source: SourceText, lookup: Lookup, findings: Findings): SourceTree | undefined {
  const split = splitApps(source.text);
  if (split === undefined) return undefined;
  const rest = composeRest(new SourceText(source.file, split.rest));
  if (rest?.kind !== "map") return undefined;
  const isApps = ({ key }: YamlMap["items"][number]): boolean => key.kind === "scalar" && key.value === "apps";
  const [apps, ...more] = rest.items.filter(isApps);
  const isEmpty = apps?.value.kind === "scalar" && apps.value.isOmitted;
  if (!isEmpty || apps.key.offset !== split.offset || more.length > 0) return undefined;
  const reader = new TreeReader(source, lookup, findings, APP_FILE);
  const root = reader.read({ ...rest, items: rest.items.filter((item) => !isApps(item)) }, []);
  const entries = new AppEntries(split.entries, (entry, isFirst) => {
    const node = composeEntry(source, entry.start, entry.end);
    if (node?.key.kind !== "scalar" || node.key.value !== entry.key || node.key.offset !== entry.keyOffset) {
      throw new NotInParts();
    }
    // What a second reading finds has been reported.
    const own = isFirst ? reader : new TreeReader(source, lookup, new Findings(), APP_FILE);
    try {
      return own.readEntry(node, ["apps", entry.key]);
    } catch (error) {
      // A limit of the whole file.
      throw DeploymentError.isInstance(error, "INVALID_FILE") ? new NotInParts() : error;
    }
  });
  const [first] = split.entries;
  const keys = Object.fromEntries(split.entries.map(({ key }) => [key, null]));
  const located = { value: keys, offset: first?.keyOffset ?? 0, keyOffset: split.offset, children: entries };
  const children = new Map<PropertyKey, Located>([...(root.children ?? []), ["apps", located]]);
  return new SourceTree(source, { ...root, value: { ...(root.value as object), apps: keys }, children });
}

/** The file is not what its parts suggest: it has to be read as a whole. */
export class NotInParts extends Error {}

function composeRest(rest: SourceText): YamlNode | undefined {
  try {
    return composeYaml(rest, new Findings(), APP_FILE.localTags);
  } catch (error) {
    if (DeploymentError.isInstance(error, "INVALID_FILE")) return undefined;
    throw error;
  }
}

class TreeReader {
  readonly #source: SourceText;
  readonly #lookup: Lookup;
  readonly #findings: Findings;
  readonly #format: TreeFormat;
  /** The collections that contain the current node. An alias to one of them would be infinite. */
  readonly #ancestors = new Set<YamlNode>();
  /** Number of aliases that contain the current node, and offset of the outermost. */
  #aliasDepth = 0;
  #outermostOffset = 0;
  #aliasedValues = 0;
  /** Length of the values that contain variables or come from aliases. */
  #expandedLength = 0;

  constructor(source: SourceText, lookup: Lookup, findings: Findings, format: TreeFormat) {
    this.#source = source;
    this.#lookup = lookup;
    this.#findings = findings;
    this.#format = format;
  }

  read(node: YamlNode, path: FilePath): Located {
    if (node.kind === "alias") return this.#alias(node, path);
    if (this.#aliasDepth > 0) this.#countAliased();
    if (node.kind === "scalar") return this.#scalar(node);
    this.#ancestors.add(node);
    const located = node.kind === "map" ? this.#map(node, path) : this.#list(node.items, node.offset, path);
    this.#ancestors.delete(node);
    return node.tag === undefined ? located : { ...located, tag: node.tag };
  }

  /** The value of an entry of a mapping. */
  readEntry({ key, value }: YamlMap["items"][number], path: FilePath): Located {
    return withKey(this.read(value, path), key.offset);
  }

  #alias({ name, offset, target }: YamlAlias, path: FilePath): Located {
    const broken = { value: null, offset, broken: true };
    if (target === undefined) {
      this.#findings.add(this.#source.locationAt(offset), `no anchor ${quote(name)} before this YAML alias`);
      return broken;
    }
    if (this.#ancestors.has(target)) {
      this.#findings.add(this.#source.locationAt(offset), `YAML alias ${quote(name)} refers to itself`);
      return broken;
    }
    if (this.#aliasDepth === 0) this.#outermostOffset = offset;
    this.#aliasDepth += 1;
    const located = this.read(target, path);
    this.#aliasDepth -= 1;
    return located;
  }

  #countAliased(): void {
    this.#aliasedValues += 1;
    if (this.#aliasedValues <= MAX_COPIED_VALUES) return;
    this.#findings.abort(
      this.#source.locationAt(this.#outermostOffset),
      `YAML aliases expand to more than ${MAX_COPIED_VALUES} values`,
      "Use fewer nested aliases.",
    );
  }

  #countExpanded(text: string, offset: number): void {
    this.#expandedLength += text.length;
    if (this.#expandedLength <= MAX_EXPANDED_LENGTH) return;
    this.#findings.abort(
      this.#source.locationAt(this.#aliasDepth > 0 ? this.#outermostOffset : offset),
      `variables and YAML aliases expand to more than ${MAX_EXPANDED_LENGTH / 1024 / 1024} MiB of text`,
      "Use fewer or shorter variables and aliases.",
    );
  }

  #list(items: readonly YamlNode[], offset: number, path: FilePath): Located {
    const children = new Map(items.map((item, index) => [index, this.read(item, [...path, index])]));
    return { value: [...children.values()].map(({ value }) => value), offset, children };
  }

  #map(map: YamlMap, path: FilePath): Located {
    const children = new Map<string, Located>();
    const merged: Located[] = [];
    for (const { key: keyNode, value: valueNode } of map.items) {
      if (isMergeKey(keyNode)) {
        merged.push(...this.#readMerged(valueNode, path));
        continue;
      }
      const { offset: keyOffset } = keyNode;
      const written = this.#key(keyNode);
      if (written === undefined || this.#format.isExtension(path, written)) continue;
      const key = this.#literalKey(written, keyOffset);
      if (key === undefined) continue;
      const first = children.get(key);
      if (first !== undefined) this.#reportDuplicate(key, keyOffset, first);
      const read = this.read(valueNode, [...path, key]);
      if (first !== undefined) continue;
      children.set(key, withKey(read, keyOffset));
    }
    for (const { children: more } of merged) {
      for (const [key, located] of more ?? []) if (!children.has(key as string)) children.set(key as string, located);
    }
    const value = Object.fromEntries([...children].map(([key, located]) => [key, located.value]));
    return { value, offset: map.offset, children };
  }

  #key(node: YamlNode): string | undefined {
    const key = node.kind === "scalar" ? node.value : undefined;
    if (typeof key !== "string") {
      // `{{x}}` without quotes is a mapping whose key is a mapping.
      const hint =
        node.kind === "scalar" ? 'Quote the key: "1": ...' : 'Quote text that starts with { or [: "{{...}}".';
      this.#findings.add(this.#source.locationAt(node.offset), "keys must be text", hint);
      return undefined;
    }
    if (key === "__proto__") {
      this.#findings.add(
        this.#source.locationAt(node.offset),
        `the key ${quote(key)} is not allowed`,
        "Choose another name.",
      );
      return undefined;
    }
    return key;
  }

  /** The key itself. Keys appear in messages, so variables are refused in them. */
  #literalKey(key: string, offset: number): string | undefined {
    if (this.#format.syntax === "compose" || !key.includes("${")) return key;
    let hasVariable = false;
    const detect: Lookup = () => {
      hasVariable = true;
      return "";
    };
    const { text, problems } = interpolate(key, detect, "braces");
    if (!hasVariable && problems.length === 0) return text;
    const hint =
      "Write the literal name, or use a list of NAME=value, where variables are replaced. Write $${ for a literal ${.";
    this.#findings.add(this.#source.locationAt(offset), "variables are not supported in keys", hint);
    return undefined;
  }

  #reportDuplicate(key: string, keyOffset: number, first: Located): void {
    const { line, column } = this.#source.locationAt(first.keyOffset ?? first.offset);
    this.#findings.add(
      this.#source.locationAt(keyOffset),
      `duplicate key ${quote(key)}`,
      `Also on line ${line}, column ${column}. Keep one of them.`,
    );
  }

  /** The mappings of a merge key (`<<`). The first takes precedence. */
  #readMerged(node: YamlNode, path: FilePath): Located[] {
    const maps = node.kind === "list" ? node.items : [node];
    return maps.flatMap((map) => {
      const located = this.read(map, path);
      if (located.children !== undefined && !Array.isArray(located.value)) return [located];
      if (!located.broken) {
        this.#findings.add(this.#source.locationAt(map.offset), "<< expects a mapping or a list of mappings");
      }
      return [];
    });
  }

  #scalar(node: YamlScalar): Located {
    const located = this.#scalarValue(node);
    if (this.#aliasDepth > 0 || located.variables !== undefined) {
      this.#countExpanded(located.text ?? "", node.offset);
    }
    return node.tag === undefined ? located : { ...located, tag: node.tag };
  }

  #scalarValue(node: YamlScalar): Located {
    const { offset, written } = node;
    if (typeof node.value !== "string") {
      const text = node.value === null ? "" : written;
      const value = typeof node.value === "number" && !isPlainNumber(node.value, written) ? written : node.value;
      return { value, offset, text, written: text };
    }
    if (!written.includes("$")) return { value: written, offset, text: written, written };
    const variables = new Map<string, string>();
    const lookup: Lookup = (name) => {
      const value = this.#lookup(name);
      if (value !== undefined) variables.set(name, value);
      return value;
    };
    const { syntax, reportUnset } = this.#format;
    const { text, problems } = interpolate(written, lookup, syntax);
    let broken = false;
    const offsetOf = problems.length === 0 ? undefined : this.#dollarOffsets(node, written);
    for (const { index, message, hint, unset } of problems) {
      const location = this.#source.locationAt(offsetOf?.get(index) ?? offset);
      if (unset !== undefined && reportUnset !== undefined) {
        variables.set(unset, "");
        reportUnset(unset, location);
        continue;
      }
      broken = true;
      this.#findings.add(location, message, hint);
    }
    return { value: text, offset, text, written, broken, ...(variables.size === 0 ? {} : { variables }) };
  }

  /**
   * The offsets of the dollar signs in a value, by their index. Quotes and folding don't change the order, so the n-th in the
   * value is the n-th in the source.
   */
  #dollarOffsets({ offset: start, end, isBlock }: YamlScalar, value: string): Map<number, number> {
    const { text } = this.#source;
    const offsets = new Map<number, number>();
    let at = isBlock ? text.indexOf("\n", start) : start - 1;
    for (let index = value.indexOf("$"); index >= 0; index = value.indexOf("$", index + 1)) {
      at = text.indexOf("$", at + 1);
      if (at < start || at >= end) break;
      offsets.set(index, at);
    }
    return offsets;
  }
}

const withKey = (read: Located, keyOffset: number): Located => ({
  ...read,
  offset: read.offset || keyOffset,
  keyOffset,
});

const isMergeKey = (key: YamlNode): boolean => key.kind === "scalar" && key.value === "<<" && key.isPlain;
