import { type Findings, quote } from "../findings.js";
import { interpolate, type Lookup } from "../interpolation/interpolate.js";
import { composeYaml, type YamlAlias, type YamlMap, type YamlNode, type YamlScalar } from "./parse-yaml.js";
import { type FilePath, type Located, type SourceText, SourceTree } from "./source-tree.js";

/** How many values aliases may stand for in all. */
const MAX_ALIASED_VALUES = 50_000;

/** Whether a key is for other tools (`x-...`): at the top of the file, and in an app. */
const isExtension = (path: FilePath, key: string): boolean =>
  key.startsWith("x-") && (path.length === 0 || (path.length === 2 && path[0] === "apps"));

/**
 * Whether a number is its text: `400`, `1.5`. `0400` and `0o400` are octal to some readers, `1.10` and `1e3` lose a part
 * of their text as numbers: each stays text, and the schema of its key says what it is.
 */
const isPlainNumber = (value: number, written: string): boolean => String(value) === written;

/**
 * Reads a YAML text: aliases and merge keys followed, variables put in.
 * @throws DeploymentError `INVALID_FILE` where it is no YAML; whatever else is wrong is added to the findings.
 */
export function readTree(source: SourceText, lookup: Lookup, findings: Findings): SourceTree {
  const root = composeYaml(source, findings);
  return new SourceTree(source, new TreeReader(source, lookup, findings).read(root, []));
}

class TreeReader {
  readonly #source: SourceText;
  readonly #lookup: Lookup;
  readonly #findings: Findings;
  /** The collections round the current node: an alias to one of them would never end. */
  readonly #open = new Set<YamlNode>();
  /** How many aliases the current node is inside of, and where the first of them stands. */
  #aliases = 0;
  #outermost = 0;
  #aliased = 0;

  constructor(source: SourceText, lookup: Lookup, findings: Findings) {
    this.#source = source;
    this.#lookup = lookup;
    this.#findings = findings;
  }

  read(node: YamlNode, path: FilePath): Located {
    if (node.kind === "alias") return this.#alias(node, path);
    if (this.#aliases > 0) this.#aliased += 1;
    if (node.kind === "scalar") return this.#scalar(node);
    this.#open.add(node);
    const located = node.kind === "map" ? this.#map(node, path) : this.#list(node.items, node.offset, path);
    this.#open.delete(node);
    return located;
  }

  #alias({ name, offset, target }: YamlAlias, path: FilePath): Located {
    const broken = { value: null, offset, broken: true };
    if (target === undefined) {
      this.#findings.add(this.#source.at(offset), `there is no anchor ${quote(name)} before this alias`);
      return broken;
    }
    if (this.#open.has(target)) {
      this.#findings.add(this.#source.at(offset), `the alias ${quote(name)} stands inside its own anchor`);
      return broken;
    }
    if (this.#aliases === 0) this.#outermost = offset;
    this.#aliases += 1;
    const located = this.read(target, path);
    this.#aliases -= 1;
    if (this.#aliased > MAX_ALIASED_VALUES) {
      this.#findings.abort(
        this.#source.at(this.#outermost),
        `the aliases up to this one stand for more than ${MAX_ALIASED_VALUES} values`,
        "Use fewer aliases of aliases.",
      );
    }
    return located;
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
        merged.push(...this.#merged(valueNode, path));
        continue;
      }
      const { offset: keyOffset } = keyNode;
      const written = this.#key(keyNode);
      if (written === undefined || isExtension(path, written)) continue;
      const key = this.#withoutVariable(written, keyOffset);
      if (key === undefined) continue;
      const first = children.get(key);
      if (first !== undefined) this.#twice(key, keyOffset, first);
      const read = this.read(valueNode, [...path, key]);
      if (first !== undefined) continue;
      children.set(key, { ...read, offset: read.offset || keyOffset, keyOffset });
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
        node.kind === "scalar"
          ? 'Put it in quotes: "1": ...'
          : 'Put a text that begins with { or [ in quotes: "{{...}}".';
      this.#findings.add(this.#source.at(node.offset), "a key is text", hint);
      return undefined;
    }
    if (key === "__proto__") {
      this.#findings.add(this.#source.at(node.offset), `the key ${quote(key)} is not allowed`, "Name it otherwise.");
      return undefined;
    }
    return key;
  }

  /** A key stays as it is written, so that messages can name it: variables in it are refused. */
  #withoutVariable(key: string, offset: number): string | undefined {
    if (!key.includes("${")) return key;
    let hasVariable = false;
    const notice: Lookup = () => {
      hasVariable = true;
      return "";
    };
    const { text, problems } = interpolate(key, notice, "braces");
    if (!hasVariable && problems.length === 0) return text;
    const hint =
      "Write the name itself, or a list of NAME=value, in which variables are replaced. For ${ itself, write $${.";
    this.#findings.add(this.#source.at(offset), "variables are not replaced in keys", hint);
    return undefined;
  }

  #twice(key: string, keyOffset: number, first: Located): void {
    const { line, column } = this.#source.at(first.keyOffset ?? first.offset);
    this.#findings.add(
      this.#source.at(keyOffset),
      `the key ${quote(key)} is written twice`,
      `It is on line ${line}, column ${column} already: keep one.`,
    );
  }

  /** The mappings that a merge key (`<<`) takes in; of several the first counts. */
  #merged(node: YamlNode, path: FilePath): Located[] {
    const maps = node.kind === "list" ? node.items : [node];
    return maps.flatMap((map) => {
      const located = this.read(map, path);
      if (located.children !== undefined && !Array.isArray(located.value)) return [located];
      if (!located.broken) {
        this.#findings.add(this.#source.at(map.offset), "<< takes a mapping, or a list of mappings");
      }
      return [];
    });
  }

  #scalar(node: YamlScalar): Located {
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
    const { text, problems } = interpolate(written, lookup, "braces");
    for (const { index, message, hint } of problems) {
      this.#findings.add(this.#source.at(this.#offsetIn(node, written, index)), message, hint);
    }
    const broken = problems.length > 0;
    return { value: text, offset, text, written, broken, ...(variables.size === 0 ? {} : { variables }) };
  }

  /** The n-th dollar of a scalar's value is the n-th in its source, whatever quotes and folding do between them. */
  #offsetIn({ offset: start, end, isBlock }: YamlScalar, value: string, index: number): number {
    let at = isBlock ? this.#source.text.indexOf("\n", start) : start - 1;
    const dollars = value.slice(0, index + 1).split("$").length - 1;
    for (let n = 0; n < dollars; n += 1) at = this.#source.text.indexOf("$", at + 1);
    return at >= start && at < end ? at : start;
  }
}

const isMergeKey = (key: YamlNode): boolean => key.kind === "scalar" && key.value === "<<" && key.isPlain;
