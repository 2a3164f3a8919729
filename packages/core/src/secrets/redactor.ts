import { MASK, maskAddresses, type SecretValue } from "./secret-values.js";
import { type Range, TextMatcher } from "./text-matcher.js";

/** What is sent to registries and engines as proof of who asks. */
const AUTH_HEADER =
  /((?:authorization|x-registry-auth|x-registry-config)["']?\s?[:=]\s?["']?(?:(?:basic|bearer)\s)?)[\w.~+/=-]{4,}/gi;

/** No value is shorter, so that a text in which no value begins is found out fast. */
const BEGINNING = 3;

/** Masks known values, in every form in which programs write them, and passwords in addresses. */
export class Redactor {
  readonly #anywhere = new Set<string>();
  readonly #words = new Set<string>();
  readonly #beginnings = new Set<string>();
  #matchers: readonly [anywhere: TextMatcher, words: TextMatcher] | undefined;

  #values: (() => Iterable<SecretValue>) | undefined;

  /** @param values or what finds them, called when the first text is looked at. */
  constructor(values: Iterable<SecretValue> | (() => Iterable<SecretValue>) = []) {
    if (typeof values === "function") this.#values = values;
    else this.add(values);
  }

  /** Adds values that become known later. */
  add(values: Iterable<SecretValue>): void {
    for (const { value, asWord = false } of values) {
      const forms = asWord ? this.#words : this.#anywhere;
      if (value.length < BEGINNING || forms.has(value)) continue;
      for (const form of writtenForms(value)) {
        if (form.length < BEGINNING) continue;
        forms.add(form);
        this.#beginnings.add(form.slice(0, BEGINNING));
      }
      this.#matchers = undefined;
    }
  }

  /** The text with `***` in the place of each value. Takes time in proportion to the text, whatever the number of values. */
  text(text: string): string {
    if (this.#values !== undefined) {
      this.add(this.#values());
      this.#values = undefined;
    }
    const known = this.#mayHold(text) ? this.#masked(text) : text;
    if (!known.includes("://") && !/auth/i.test(known)) return known;
    return maskAddresses(known).replace(AUTH_HEADER, `$1${MASK}`);
  }

  /** Of most texts this says at once that they hold nothing; the matchers are built for the first of the others. */
  #mayHold(text: string): boolean {
    if (this.#beginnings.size === 0) return false;
    for (let index = 0; index + BEGINNING <= text.length; index++) {
      if (this.#beginnings.has(text.slice(index, index + BEGINNING))) return true;
    }
    return false;
  }

  #masked(text: string): string {
    this.#matchers ??= [new TextMatcher(this.#anywhere), new TextMatcher(this.#words)];
    const [anywhere, words] = this.#matchers;
    const ranges = [
      ...anywhere.find(text, { cutOff: true }),
      ...words.find(text, { isMatch: (start, end) => isWord(text, start, end) }),
    ];
    return replaced(
      text,
      ranges.sort(([a], [b]) => a - b),
    );
  }
}

/** Names hold hyphens: a word is no match within one. */
const isWord = (text: string, start: number, end: number): boolean =>
  !/[\w-]/.test(text.charAt(start - 1)) && !/[\w-]/.test(text.charAt(end));

/** @param ranges in the order of their starts. */
function replaced(text: string, ranges: readonly Range[]): string {
  let masked = "";
  let at = 0;
  for (const [start, end] of ranges) {
    if (end <= at) continue;
    masked += start >= at ? text.slice(at, start) + MASK : "";
    at = end;
  }
  return masked + text.slice(at);
}

/** A part of a Base64 text says as much as the whole; shorter parts occur by chance. */
const BASE64_MIN = 8;

/**
 * The forms in which programs write a value: as it is, line by line, quoted as in JSON, Go or a URL, and in Base64, also
 * as a part of a longer text.
 */
function writtenForms(value: string): string[] {
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

/** Go's encoding/json writes these characters as escapes. */
const inGoJson = (text: string): string =>
  inJson(text).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

/** As strconv.Quote writes it: other escapes for control characters than JSON's. */
const inGoQuotes = (text: string): string =>
  inJson(text)
    .replace(/\\u00([01][0-9a-f])/g, "\\x$1")
    .replaceAll("\u007f", "\\x7f");

/** A text that is quoted twice is in an error within an error. */
function quoted(text: string): string[] {
  // Most values hold nothing that a quote would change.
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
    return []; // half a character: it has no encoding
  }
}

/** What Base64 makes of a value wherever it stands in a longer text, without the digits that its neighbors decide. */
function base64Parts(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].flatMap((offset) => {
    const digits = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = Math.ceil((offset * 8) / 6);
    const last = Math.floor(((offset + bytes.length) * 8) / 6);
    const part = digits.slice(first, last);
    if (part.length < BASE64_MIN) return [];
    const inUrl = part.replaceAll("+", "-").replaceAll("/", "_");
    return inUrl === part ? [part] : [part, inUrl];
  });
}
