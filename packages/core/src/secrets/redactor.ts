import { MASK, maskAddresses, type SecretValue } from "./secret-values.js";
import { trimEnd } from "../trim-end.js";
import { type Range, TextMatcher } from "./text-matcher.js";

/** Headers that authenticate requests to registries and engines. */
const AUTH_HEADER =
  /((?:authorization|x-registry-auth|x-registry-config)["']?\s?[:=]\s?["']?(?:(?:basic|bearer)\s)?)[\w.~+/=-]{4,}/gi;

/** All values have at least this length. A text without any prefix of this length is skipped fast. */
const PREFIX_LENGTH = 3;

/** Masks known secrets, in all encodings that programs write them in, and passwords in addresses. */
export class Redactor {
  readonly #anywhere = new Set<string>();
  readonly #words = new Set<string>();
  readonly #prefixes = new Set<string>();
  #matchers: readonly [anywhere: TextMatcher, words: TextMatcher] | undefined;

  #values: (() => Iterable<SecretValue>) | undefined;

  /** @param values the secrets, or a function that finds them on first use. */
  constructor(values: Iterable<SecretValue> | (() => Iterable<SecretValue>) = []) {
    if (typeof values === "function") this.#values = values;
    else this.add(values);
  }

  /** Adds secrets that become known later. */
  add(values: Iterable<SecretValue>): void {
    for (const { value, wholeWord = false } of values) {
      const forms = wholeWord ? this.#words : this.#anywhere;
      if (value.length < PREFIX_LENGTH || forms.has(value)) continue;
      for (const form of encodedForms(value)) {
        if (form.length < PREFIX_LENGTH) continue;
        forms.add(form);
        this.#prefixes.add(form.slice(0, PREFIX_LENGTH));
      }
      this.#matchers = undefined;
    }
  }

  /** Replaces each secret by `***`. Takes time in proportion to the text, independent of the number of secrets. */
  text(text: string): string {
    if (this.#values !== undefined) {
      this.add(this.#values());
      this.#values = undefined;
    }
    const masked = this.#mayContainSecret(text) ? this.#mask(text) : text;
    if (!masked.includes("://") && !/auth/i.test(masked)) return masked;
    return maskAddresses(masked).replace(AUTH_HEADER, `$1${MASK}`);
  }

  /** A fast check that is false for most texts, so that the matchers are built only if one is needed. */
  #mayContainSecret(text: string): boolean {
    if (this.#prefixes.size === 0) return false;
    for (let index = 0; index + PREFIX_LENGTH <= text.length; index++) {
      if (this.#prefixes.has(text.slice(index, index + PREFIX_LENGTH))) return true;
    }
    return false;
  }

  #mask(text: string): string {
    this.#matchers ??= [new TextMatcher(this.#anywhere), new TextMatcher(this.#words)];
    const [anywhere, words] = this.#matchers;
    const ranges = [
      ...anywhere.find(text, { truncated: true }),
      ...words.find(text, { isMatch: (start, end) => isWord(text, start, end) }),
    ];
    return replaceRanges(
      text,
      ranges.sort(([a], [b]) => a - b),
    );
  }
}

/** Names may contain hyphens, so a hyphen continues a word. */
const isWord = (text: string, start: number, end: number): boolean =>
  !/[\w-]/.test(text.charAt(start - 1)) && !/[\w-]/.test(text.charAt(end));

/** @param ranges sorted by start. */
function replaceRanges(text: string, ranges: readonly Range[]): string {
  let masked = "";
  let position = 0;
  for (const [start, end] of ranges) {
    if (end <= position) continue;
    masked += start >= position ? text.slice(position, start) + MASK : "";
    position = end;
  }
  return masked + text.slice(position);
}

/** Shorter parts of a Base64 text occur by chance. */
const BASE64_MIN = 8;

/**
 * The encodings in which programs write a value: unchanged, line by line, quoted as in JSON, Go or a URL, and in Base64, also
 * as part of a longer text.
 */
function encodedForms(value: string): string[] {
  const lines = value.includes("\n")
    ? value
        .split(/\r?\n/)
        .map((line) => line.trim())
        .filter((line) => line.length >= 6)
    : [];
  const plain = [...new Set([value, value.trim(), ...lines])];
  return [...new Set(plain.flatMap((text) => [text, ...quoted(text), ...urlEncoded(text), ...base64Parts(text)]))];
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/** Go's encoding/json escapes these characters, too. */
const inGoJson = (text: string): string =>
  inJson(text).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

/** Go's strconv.Quote, with other escapes for control characters than JSON. */
const inGoQuotes = (text: string): string =>
  inJson(text)
    .replace(/\\u00([01][0-9a-f])/g, "\\x$1")
    .replaceAll("\u007f", "\\x7f");

/** Quoted once, and twice as in an error within an error. */
function quoted(text: string): string[] {
  // Most values need no escapes.
  if (!/[\\"<>&]|[^ -~]/.test(text)) return [];
  const once = [inJson(text), inGoJson(text), inGoQuotes(text)];
  return [...once, ...once.map(inJson)];
}

function urlEncoded(text: string): string[] {
  if (/^[\w.~-]*$/.test(text)) return [];
  try {
    const component = encodeURIComponent(text);
    const strict = component.replace(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    const forms = [component, strict, strict.replaceAll("%20", "+")];
    return [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))];
  } catch {
    return []; // half of a surrogate pair has no encoding
  }
}

/** The Base64 digits of a value within a longer text, for each alignment, without the digits that depend on adjacent text. */
function base64Parts(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((offset) => {
    const digits = trimEnd(Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64"), "=");
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    const part = digits.slice(first, last);
    if (part.length < BASE64_MIN) return [];
    const inUrl = part.replaceAll("+", "-").replaceAll("/", "_");
    return inUrl === part ? [part] : [part, inUrl];
  });
}
