import {
  boolCoreTag,
  COLLECTION_STYLE,
  type Event,
  EVENT_ID,
  floatCoreTag,
  getScalarValue,
  intCoreTag,
  NOT_RESOLVED,
  nullCoreTag,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  YAMLException,
} from "js-yaml";
import { MAX_BYTES } from "../files/read-file.js";
import { type Findings, quote } from "../findings.js";
import type { SourceText } from "./source-tree.js";

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

/** How deep collections may lie in each other. */
const MAX_DEPTH = 100;

/**
 * The YAML 1.2 document of a text, as nodes with positions.
 * @throws DeploymentError `INVALID_FILE`: not YAML, empty, several documents, nested too deep, unknown tags, too large.
 */
export function composeYaml(source: SourceText, findings: Findings): YamlNode {
  const { text } = source;
  if (text.length > MAX_BYTES) findings.abort(source.at(0), "the file is larger than 1 MiB", "Split the file.");
  const nul = text.indexOf("\0");
  if (nul >= 0) findings.abort(source.at(nul), "it is a binary file, not YAML", "Check the path.");
  const events = eventsOf(source, findings);
  const [, second] = events.flatMap(({ type }, index) => (type === EVENT_ID.DOCUMENT ? [index] : []));
  if (second !== undefined) {
    findings.abort(
      source.at(secondBegin(text, events, second)),
      "a second YAML document begins here",
      "Keep one document in a file.",
    );
  }
  const root = new Nodes(source, findings).build(events);
  findings.throwIfAny();
  return root ?? findings.abort(source.at(0), "the file is empty", "Declare apps:, devices:, or both.");
}

function eventsOf(source: SourceText, findings: Findings): Event[] {
  try {
    return parseEvents(source.text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error;
    return findings.abort(source.at(mark?.position ?? 0), ...inOurWords(reason));
  }
}

const inOurWords = (reason: string): [message: string, hint: string] => {
  if (reason.startsWith("tab characters")) return ["a tab indents the line", "Indent with spaces."];
  if (reason.includes("maxDepth"))
    return [`it is nested more than ${MAX_DEPTH} levels deep`, "Lay less in each other."];
  if (reason.includes("non-printable")) {
    return [
      "a control character is in the text",
      'Remove it, or write it in double quotes as an escape, such as "\\x1b".',
    ];
  }
  return [
    `not valid YAML: ${reason}`,
    "See how this line and the one before are indented, and put what holds `: ` or ` #`, or begins with one of `@`%&*!|>{[`, in quotes.",
  ];
};

/** Where the line `---` stands that ends the first document. */
function secondBegin(text: string, events: readonly Event[], second: number): number {
  const last = events.slice(0, second).findLast((event) => placeOf(event) > 0);
  const begin = text.slice(last === undefined ? 0 : placeOf(last)).search(/^(?:---|%)/m);
  return begin < 0 ? 0 : begin + (last === undefined ? 0 : placeOf(last));
}

const placeOf = (event: Event): number => {
  if (event.type === EVENT_ID.SCALAR) return event.valueEnd;
  return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? event.start : 0;
};

/** What is being filled: a collection, or the document. */
interface Open {
  node: YamlNode | undefined;
  /** Of a mapping: the key whose value comes next. Of the document: its content. */
  part?: YamlNode | undefined;
}

/** Makes nodes of events; each alias is given what stands last under its name before it. */
class Nodes {
  readonly #source: SourceText;
  readonly #findings: Findings;
  readonly #anchors = new Map<string, YamlNode>();
  /** Behind what was read last: where a value that is left out would stand. */
  #end = 0;

  constructor(source: SourceText, findings: Findings) {
    this.#source = source;
    this.#findings = findings;
  }

  /** @returns undefined for a document without content. */
  build(events: readonly Event[]): YamlNode | undefined {
    const document: Open = { node: undefined };
    const open: Open[] = [];
    let current = document;
    for (const event of events) {
      if (event.type === EVENT_ID.DOCUMENT) continue;
      if (event.type === EVENT_ID.POP) {
        current = open.pop() ?? document;
        continue;
      }
      const node = this.#node(event);
      add(current, node);
      if (node.kind !== "map" && node.kind !== "list") continue;
      open.push(current);
      current = { node };
    }
    const { part: root } = document;
    return root?.kind === "scalar" && root.isLeftOut ? undefined : root;
  }

  #node(event: Exclude<Event, { type: typeof EVENT_ID.DOCUMENT | typeof EVENT_ID.POP }>): YamlNode {
    const { text } = this.#source;
    const name = event.anchorStart < 0 ? undefined : text.slice(event.anchorStart, event.anchorEnd);
    if (event.type === EVENT_ID.ALIAS) {
      this.#end = event.anchorEnd;
      return { kind: "alias", name: name ?? "", offset: event.anchorStart - 1, target: this.#anchors.get(name ?? "") };
    }
    const node = event.type === EVENT_ID.SCALAR ? this.#scalar(event) : this.#collection(event);
    if (name !== undefined) this.#anchors.set(name, node);
    return node;
  }

  #collection(event: Extract<Event, { start: number }>): YamlNode {
    const { start: offset, style, type } = event;
    this.#end = style === COLLECTION_STYLE.FLOW ? offset + 1 : offset;
    const kind = type === EVENT_ID.MAPPING ? "map" : "list";
    const tag = this.#tagOf(event);
    if (tag !== undefined && tag !== "" && tag !== (kind === "map" ? "map" : "seq")) this.#unknownTag(event, tag);
    return kind === "map" ? { kind, offset, items: [] } : { kind, offset, items: [] };
  }

  #scalar(event: ScalarEvent): YamlScalar {
    const { valueStart, valueEnd, style } = event;
    const isLeftOut = valueStart < 0;
    const { text } = this.#source;
    const written = isLeftOut ? "" : getScalarValue(text, event);
    const isQuoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
    const header = style === SCALAR_STYLE.LITERAL_BLOCK ? "|" : style === SCALAR_STYLE.FOLDED_BLOCK ? ">" : undefined;
    const begin = header === undefined ? valueStart - (isQuoted ? 1 : 0) : this.#beginOfBlock(event, header);
    const offset = isLeftOut ? this.#behindIndicator() : begin;
    if (!isLeftOut) this.#end = valueEnd + (isQuoted ? 1 : 0);
    const isPlain = style === SCALAR_STYLE.PLAIN;
    const value = this.#valueOf(event, written, isPlain);
    return {
      kind: "scalar",
      offset,
      end: this.#end,
      value,
      written,
      isPlain,
      isBlock: header !== undefined,
      isLeftOut,
    };
  }

  /** The value of a block begins with the line behind its header, which may end with a comment. */
  #beginOfBlock({ valueStart, anchorEnd, tagEnd }: ScalarEvent, header: string): number {
    const { text } = this.#source;
    const line = text.lastIndexOf("\n", valueStart - 2) + 1;
    return text.indexOf(header, Math.max(line, this.#end, anchorEnd, tagEnd));
  }

  /** Where a value would stand: behind the `:` or `-` that comes next. */
  #behindIndicator(): number {
    const [before = "", indicator] = /^[\s\]}]*([:-])?/.exec(this.#source.text.slice(this.#end, this.#end + 200)) ?? [];
    return this.#end + (indicator === undefined ? 0 : before.length);
  }

  #valueOf(event: ScalarEvent, written: string, isPlain: boolean): YamlScalar["value"] {
    const tag = this.#tagOf(event);
    if (tag === undefined) return isPlain ? resolved(written) : written;
    if (tag === "" || tag === "str") return written;
    const type = TYPES.find(({ tagName }) => tagName === `tag:yaml.org,2002:${tag}`);
    const value = type?.resolve(written, true, type.tagName);
    if (value !== undefined && value !== NOT_RESOLVED) return value;
    this.#unknownTag(event, tag);
    return null;
  }

  /** `str` of `!!str`; empty of `!`; a tag of another kind as it is written. */
  #tagOf({ tagStart, tagEnd }: { tagStart: number; tagEnd: number }): string | undefined {
    if (tagStart < 0) return undefined;
    const tag = this.#source.text.slice(tagStart, tagEnd);
    return tag === "!" ? "" : tag.replace(/^!!|^!<tag:yaml\.org,2002:(.*)>$/, "$1");
  }

  #unknownTag({ tagStart }: { tagStart: number }, tag: string): void {
    this.#findings.add(
      this.#source.at(tagStart),
      `the tag ${quote(tag)} is not known`,
      "Leave the tag out: values are plain YAML.",
    );
  }
}

/** A mapping's parts come in turn: a key, its value. */
function add(open: Open, part: YamlNode): void {
  const { node, part: key } = open;
  if (node?.kind === "list") node.items.push(part);
  else if (node?.kind === "map" && key !== undefined) {
    node.items.push({ key, value: part });
    open.part = undefined;
  } else open.part = part;
}

const TYPES = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag];

/** What may be something else than text begins with one of these (YAML 1.2, core schema); what is empty is nothing. */
const TYPED = /^(?:$|[~nNtTfF.+\-0-9])/;

function resolved(written: string): YamlScalar["value"] {
  if (!TYPED.test(written)) return written;
  for (const type of TYPES) {
    const value = type.resolve(written, false, type.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return written;
}
