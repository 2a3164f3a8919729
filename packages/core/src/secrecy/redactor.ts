import { MASK, maskAddresses } from "./addresses.js";
import { type Range, TextMatcher } from "./text-matcher.js";
import type { SecretValue } from "./secret-values.js";
import { writtenForms } from "./written-forms.js";

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
