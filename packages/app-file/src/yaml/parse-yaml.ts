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
import { Findings, quote } from "../findings.js";
import { MAX_BYTES } from "../limits.js";
import type { SourceText } from "./source-tree.js";

/** A node of a YAML document. `offset` is its start in the text. */
export type YamlNode = YamlScalar | YamlMap | YamlList | YamlAlias;

export interface YamlScalar {
  kind: "scalar";
  offset: number;
  /** One of the local tags that the format allows. */
  tag?: string;
  /** Offset after the last character. */
  end: number;
  value: string | number | boolean | null;
  /** The text, with quotes, escapes and folding resolved. */
  written: string;
  /** Neither quoted nor a block. */
  isPlain: boolean;
  /** `|` or `>`. */
  isBlock: boolean;
  /** The value is omitted, as in `key:`. */
  isOmitted: boolean;
}

export interface YamlMap {
  kind: "map";
  offset: number;
  tag?: string;
  items: { key: YamlNode; value: YamlNode }[];
}

interface YamlList {
  kind: "list";
  offset: number;
  tag?: string;
  items: YamlNode[];
}

export interface YamlAlias {
  kind: "alias";
  offset: number;
  name: string;
  /** The last node with that anchor before the alias. */
  target: YamlNode | undefined;
}

/** Maximum nesting of collections. */
const MAX_DEPTH = 100;

/**
 * Parses a YAML 1.2 document into nodes with positions.
 * @param localTags tags that the format allows, such as `!reset`.
 * @throws DeploymentError `INVALID_FILE`: not YAML, empty, several documents, nested too deep, unknown tags, or too large.
 */
export function composeYaml(source: SourceText, findings: Findings, localTags: readonly string[] = []): YamlNode {
  const { text } = source;
  if (text.length > MAX_BYTES) findings.abort(source.locationAt(0), "the file is larger than 1 MiB", "Split the file.");
  const nul = text.indexOf("\0");
  if (nul >= 0) findings.abort(source.locationAt(nul), "the file is binary, not YAML", "Check the path.");
  const events = eventsOf(source, findings);
  const [, second] = events.flatMap(({ type }, index) => (type === EVENT_ID.DOCUMENT ? [index] : []));
  if (second !== undefined) {
    findings.abort(
      source.locationAt(secondDocumentOffset(text, events, second)),
      "a second YAML document starts here",
      "Keep one document per file.",
    );
  }
  const root = new NodeBuilder(source, findings, localTags).build(events);
  findings.throwIfAny();
  return root ?? findings.abort(source.locationAt(0), "the file is empty", "Declare apps:, devices:, or both.");
}

/**
 * Parses a part of a document that is one entry of a mapping, at the level below the top. Its positions are those of the document.
 * @returns undefined if the part alone is not such an entry, or has anchors, which other parts could use.
 */
export function composeEntry(source: SourceText, start: number, end: number): YamlMap["items"][number] | undefined {
  const events = partEvents(source.text.slice(start, end), start);
  if (events === undefined) return undefined;
  const findings = new Findings();
  const root = new NodeBuilder(source, findings, []).build(events);
  return root?.kind === "map" && root.items.length === 1 && findings.isEmpty ? root.items[0] : undefined;
}

/** The events of a part, with offsets from the start of the document. */
function partEvents(text: string, start: number): Event[] | undefined {
  let events: Event[];
  try {
    events = parseEvents(text, { maxDepth: MAX_DEPTH - 1 });
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
  for (const event of events) {
    if (event.type === EVENT_ID.POP || event.type === EVENT_ID.DOCUMENT) continue;
    if (event.type === EVENT_ID.ALIAS || event.anchorStart >= 0) return undefined;
    shift(event, start);
  }
  return events;
}

/** Negative offsets stand for parts that are missing. */
function shift(event: ScalarEvent | Extract<Event, { start: number }>, by: number): void {
  if (event.tagStart >= 0) {
    event.tagStart += by;
    event.tagEnd += by;
  }
  if (event.type !== EVENT_ID.SCALAR) event.start += by;
  else if (event.valueStart >= 0) {
    event.valueStart += by;
    event.valueEnd += by;
  }
}

function eventsOf(source: SourceText, findings: Findings): Event[] {
  try {
    return parseEvents(source.text, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error;
    return findings.abort(source.locationAt(mark?.position ?? 0), ...explainYamlError(reason));
  }
}

const explainYamlError = (reason: string): [message: string, hint: string] => {
  if (reason.startsWith("tab characters")) return ["a tab is used for indentation", "Indent with spaces."];
  if (reason.includes("maxDepth")) return [`nested more than ${MAX_DEPTH} levels deep`, "Reduce the nesting."];
  if (reason.includes("non-printable")) {
    return [
      "the text contains a control character",
      'Remove the character, or use an escape in double quotes, such as "\\x1b".',
    ];
  }
  return [
    `not valid YAML: ${reason}`,
    "Check the indentation of this line and the line before. Quote values that contain `: ` or ` #`, or start with one of `@`%&*!|>{[`.",
  ];
};

/** Offset of the line `---` that ends the first document. */
function secondDocumentOffset(text: string, events: readonly Event[], second: number): number {
  const last = events.slice(0, second).findLast((event) => eventEnd(event) > 0);
  const begin = text.slice(last === undefined ? 0 : eventEnd(last)).search(/^(?:---|%)/m);
  return begin < 0 ? 0 : begin + (last === undefined ? 0 : eventEnd(last));
}

const eventEnd = (event: Event): number => {
  if (event.type === EVENT_ID.SCALAR) return event.valueEnd;
  return event.type === EVENT_ID.MAPPING || event.type === EVENT_ID.SEQUENCE ? event.start : 0;
};

/** The collection or document that is being filled. */
interface OpenCollection {
  node: YamlNode | undefined;
  /** In a mapping, the key whose value comes next. In the document, its content. */
  part?: YamlNode | undefined;
}

/** Builds nodes from parser events, and resolves aliases to the last anchor before them. */
class NodeBuilder {
  readonly #source: SourceText;
  readonly #findings: Findings;
  readonly #localTags: readonly string[];
  readonly #anchors = new Map<string, YamlNode>();
  /** Offset after the last token: the position of an omitted value. */
  #end = 0;

  constructor(source: SourceText, findings: Findings, localTags: readonly string[]) {
    this.#source = source;
    this.#findings = findings;
    this.#localTags = localTags;
  }

  /** @returns undefined for a document without content. */
  build(events: readonly Event[]): YamlNode | undefined {
    const document: OpenCollection = { node: undefined };
    const open: OpenCollection[] = [];
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
    return root?.kind === "scalar" && root.isOmitted ? undefined : root;
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
    const local = this.#localTag(tag);
    const isKnown = tag === "" || tag === (kind === "map" ? "map" : "seq");
    if (tag !== undefined && local === undefined && !isKnown) this.#unknownTag(event, tag);
    return kind === "map"
      ? { kind, offset, items: [], ...(local && { tag: local }) }
      : { kind, offset, items: [], ...(local && { tag: local }) };
  }

  #scalar(event: ScalarEvent): YamlScalar {
    const { valueStart, valueEnd, style } = event;
    const isOmitted = valueStart < 0;
    const { text } = this.#source;
    const written = isOmitted ? "" : getScalarValue(text, event);
    const isQuoted = style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;
    const header = style === SCALAR_STYLE.LITERAL_BLOCK ? "|" : style === SCALAR_STYLE.FOLDED_BLOCK ? ">" : undefined;
    const begin = header === undefined ? valueStart - (isQuoted ? 1 : 0) : this.#blockStart(event, header);
    const offset = isOmitted ? this.#offsetAfterIndicator() : begin;
    if (!isOmitted) this.#end = valueEnd + (isQuoted ? 1 : 0);
    const isPlain = style === SCALAR_STYLE.PLAIN;
    const value = this.#valueOf(event, written, isPlain);
    const local = this.#localTag(this.#tagOf(event));
    return {
      ...(local && { tag: local }),
      kind: "scalar",
      offset,
      end: this.#end,
      value,
      written,
      isPlain,
      isBlock: header !== undefined,
      isOmitted,
    };
  }

  /** Offset of a block's header. The value starts on the next line, and a comment may follow the header. */
  #blockStart({ valueStart, anchorEnd, tagEnd }: ScalarEvent, header: string): number {
    const { text } = this.#source;
    const line = text.lastIndexOf("\n", valueStart - 2) + 1;
    return text.indexOf(header, Math.max(line, this.#end, anchorEnd, tagEnd));
  }

  /** Position of an omitted value: after the next `:` or `-`. */
  #offsetAfterIndicator(): number {
    const [before = "", indicator] = /^[\s\]}]*([:-])?/.exec(this.#source.text.slice(this.#end, this.#end + 200)) ?? [];
    return this.#end + (indicator === undefined ? 0 : before.length);
  }

  #valueOf(event: ScalarEvent, written: string, isPlain: boolean): YamlScalar["value"] {
    const tag = this.#tagOf(event);
    if (tag === undefined || this.#localTag(tag)) return isPlain ? resolvePlain(written) : written;
    if (tag === "" || tag === "str") return written;
    const type = TYPES.find(({ tagName }) => tagName === `tag:yaml.org,2002:${tag}`);
    const value = type?.resolve(written, true, type.tagName);
    if (value !== undefined && value !== NOT_RESOLVED) return value;
    this.#unknownTag(event, tag);
    return null;
  }

  /** `str` for `!!str`, empty for `!`, and any other tag as written. */
  #tagOf({ tagStart, tagEnd }: { tagStart: number; tagEnd: number }): string | undefined {
    if (tagStart < 0) return undefined;
    const tag = this.#source.text.slice(tagStart, tagEnd);
    return tag === "!" ? "" : tag.replace(/^!!|^!<tag:yaml\.org,2002:(.*)>$/, "$1");
  }

  #localTag(tag: string | undefined): string | undefined {
    return tag !== undefined && this.#localTags.includes(tag) ? tag : undefined;
  }

  #unknownTag({ tagStart }: { tagStart: number }, tag: string): void {
    this.#findings.add(this.#source.locationAt(tagStart), `unknown YAML tag ${quote(tag)}`, "Remove the tag.");
  }
}

/** In a mapping, keys and values alternate. */
function add(open: OpenCollection, part: YamlNode): void {
  const { node, part: key } = open;
  if (node?.kind === "list") node.items.push(part);
  else if (node?.kind === "map" && key !== undefined) {
    node.items.push({ key, value: part });
    open.part = undefined;
  } else open.part = part;
}

const TYPES = [nullCoreTag, boolCoreTag, intCoreTag, floatCoreTag];

/** Start of a plain scalar that may not be text (YAML 1.2, core schema). An empty scalar is null. */
const TYPED_START = /^(?:$|[~nNtTfF.+\-0-9])/;

function resolvePlain(written: string): YamlScalar["value"] {
  if (!TYPED_START.test(written)) return written;
  for (const type of TYPES) {
    const value = type.resolve(written, false, type.tagName);
    if (value !== NOT_RESOLVED) return value;
  }
  return written;
}
