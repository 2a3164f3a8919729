import { isSecretName, MASK } from "./secret-values.js";

const NAME = /[\w.-]+/y;
/** Between a name and its value. */
const ASSIGNMENT = /\s*[=:]\s*/y;
const SPACES = /\s+/y;
const SCHEME = /(?:bearer|basic)\s+/iy;
const BARE_VALUE = /[^\s,;&"']+/y;

/** The end of a match of a sticky pattern at `index`, or -1. */
function endOf(pattern: RegExp, text: string, index: number): number {
  pattern.lastIndex = index;
  return pattern.test(text) ? pattern.lastIndex : -1;
}

/**
 * Masks the values in `PASSWORD=x`, `--token=x`, `api_key: x`, `--secret x` within a text; a quoted value whole. Reads the
 * text once, since a regular expression for all of it would take quadratic time.
 */
export function maskAssignments(text: string): string {
  let masked = "";
  let copied = 0;
  for (let index = 0; index < text.length;) {
    const nameEnd = endOf(NAME, text, index);
    if (nameEnd < 0) {
      index += 1;
      continue;
    }
    const value = findValue(text, text.slice(index, nameEnd), nameEnd);
    index = nameEnd;
    if (value === undefined) continue;
    masked += text.slice(copied, value.start) + MASK;
    copied = value.end;
    index = value.end;
  }
  return masked + text.slice(copied);
}

/** The value that belongs to a name before `nameEnd`, if the name suggests a secret. */
function findValue(text: string, name: string, nameEnd: number): { start: number; end: number } | undefined {
  if (!isSecretName(name)) return undefined;
  // A flag, such as `--token`, needs no `=`.
  const isFlag = name.slice(name.lastIndexOf(".") + 1).includes("-");
  const assigned = endOf(ASSIGNMENT, text, nameEnd);
  const start = assigned >= 0 ? assigned : isFlag ? endOf(SPACES, text, nameEnd) : -1;
  if (start < 0) return undefined;
  const afterScheme = endOf(SCHEME, text, start);
  const end = Math.max(afterScheme < 0 ? -1 : valueEnd(text, afterScheme), valueEnd(text, start));
  return end < 0 ? undefined : { start, end };
}

/** The end of the value at `start`, or -1 if there is none. A quote that is not closed ends with the text. */
function valueEnd(text: string, start: number): number {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return endOf(BARE_VALUE, text, start);
  const close = text.indexOf(quote, start + 1);
  return close < 0 ? text.length : close + 1;
}
