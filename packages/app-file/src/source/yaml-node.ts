/** A part of a YAML document, and where it begins: an offset in its text. */
export type YamlNode = YamlScalar | YamlMap | YamlList | YamlAlias;

export interface YamlScalar {
  kind: "scalar";
  offset: number;
  /** Behind its last character. */
  end: number;
  value: string | number | boolean | null;
  /** Its text, without quotes, escapes and folding. */
  written: string;
  /** Without quotes, and not a block. */
  isPlain: boolean;
  /** `|` or `>`. */
  isBlock: boolean;
  /** There is nothing where it would stand. */
  isLeftOut: boolean;
}

export interface YamlMap {
  kind: "map";
  offset: number;
  items: { key: YamlNode; value: YamlNode }[];
}

interface YamlList {
  kind: "list";
  offset: number;
  items: YamlNode[];
}

export interface YamlAlias {
  kind: "alias";
  offset: number;
  name: string;
  /** What stands last under that name before it. */
  target: YamlNode | undefined;
}
