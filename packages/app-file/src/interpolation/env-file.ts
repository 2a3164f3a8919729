import { Findings } from "../findings.js";
import { MAX_EXPANDED_LENGTH } from "../limits.js";
import { SourceText } from "../yaml/source-tree.js";
import { type Environment, environmentLookup, interpolate, type Lookup } from "./interpolate.js";

/** Whitespace within a line, as in Compose's parser. */
const SPACE = String.raw`[ \t\v\f\r\u0085\u00A0]`;
/** Compose's names: letters, digits (of any script), `_`, `.`, `-`, `[` and `]`. */
const NAME = String.raw`([\p{L}\p{N}_.\-[\]]+)`;
/** `export` alone is not a name: Compose expects a name after it. */
const EXPORT = `^${SPACE}*(?:export${SPACE}+)?(?!export(?:${SPACE}|$))`;

/** `NAME=` or `NAME:`, optionally after `export`. */
const ASSIGNMENT = new RegExp(`${EXPORT}${NAME}${SPACE}*[=:]`, "u");
const INHERITED = new RegExp(`${EXPORT}${NAME}${SPACE}*$`, "u");
const IGNORED = new RegExp(`^${SPACE}*(?:#.*)?$`, "u");
const LEADING_SPACE = new RegExp(`^${SPACE}*`);

/**
 * Reads an env file as Compose does (compose-go, dotenv):
 * - `NAME=value`, `NAME: value`, with `export` before it; a name alone takes its value from `environment`
 * - without quotes, a value ends with the line, or before ` #`; variables are replaced
 * - in single quotes, only `\'` is special; in double quotes, escapes (`\n`, `\"`, `\$`, ...) and variables are replaced
 * - a value in quotes can span several lines; only a comment can follow the closing quote
 *
 * Variables are looked up in `environment` first, then in the lines before. A line is an error if Compose's documentation
 * and Compose differ, or if Compose would drop a part of the value.
 * @throws DeploymentError `INVALID_FILE` with every invalid line. Findings never contain values.
 */
export const parseEnvFile = (text: string, file: string, environment: Environment): Record<string, string> =>
  Object.fromEntries(
    [...readEnvEntries(new SourceText(file, text), environment)].map(([name, { value }]) => [name, value]),
  );

/** A variable of an env file. */
export interface EnvEntry {
  value: string;
  /** Offset of its last assignment. */
  offset: number;
}

/** As {@link parseEnvFile}, with the offset of each variable. @throws DeploymentError as {@link parseEnvFile}. */
export function readEnvEntries(source: SourceText, environment: Environment): Map<string, EnvEntry> {
  const findings = new Findings();
  const entries = new Map<string, EnvEntry>();
  const lookup: Lookup = (name) => environmentLookup(environment)(name) ?? entries.get(name)?.value;
  const reader: Reader = { source, lookup, findings };
  let length = 0;

  for (let offset = 0; offset < source.text.length;) {
    const end = lineEnd(source.text, offset);
    const line = source.text.slice(offset, end);
    const assignment = ASSIGNMENT.exec(line);
    const inherited = INHERITED.exec(line);
    let next = end + 1;
    if (assignment?.[1] !== undefined) {
      const read = readValue(offset + assignment[0].length, end, reader);
      entries.set(assignment[1], { value: read.value, offset: offset + nameIndex(assignment) });
      next = read.next;
      length += read.value.length;
      if (length > MAX_EXPANDED_LENGTH) {
        const message = `the values are longer than ${MAX_EXPANDED_LENGTH / 1024 / 1024} MiB after their variables are replaced`;
        findings.abort(source.locationAt(offset), message, "Use shorter values, or fewer variables.");
      }
    } else if (inherited?.[1] !== undefined) {
      const value = lookup(inherited[1]);
      if (value !== undefined) entries.set(inherited[1], { value, offset: offset + nameIndex(inherited) });
    } else if (!IGNORED.test(line)) {
      const hint = "Write NAME=value. Names consist of letters, digits, _, ., -, [ and ].";
      findings.add(source.locationAt(offset + line.search(/\S/)), "expected NAME=VALUE or a comment", hint);
    }
    offset = next;
  }
  findings.throwIfAny();
  return entries;
}

/** Index of the name in a match. The name is the last word before the separator. */
const nameIndex = ([whole, name = ""]: RegExpExecArray): number => whole.lastIndexOf(name);

interface Reader {
  source: SourceText;
  lookup: Lookup;
  findings: Findings;
}

interface ReadValue {
  value: string;
  /** Offset of the line after it. */
  next: number;
}

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
};

/** The value after the separator at `from`. */
function readValue(from: number, end: number, reader: Reader): ReadValue {
  const { text } = reader.source;
  const start = from + (LEADING_SPACE.exec(text.slice(from, end))?.[0].length ?? 0);
  const nul = text.slice(start, end).indexOf("\0");
  if (nul >= 0) {
    reader.findings.add(
      reader.source.locationAt(start + nul),
      "variables can't contain a NUL character",
      "Remove the character.",
    );
  }
  const mark = text[start];
  if (mark === "'" || mark === '"') return readQuotedValue(start, mark, reader);

  const written = text.slice(start, end);
  if (written.startsWith("#") && start > from) {
    const hint = 'Write NAME="" # comment for an empty value, or quote the value.';
    reader.findings.add(reader.source.locationAt(start), "ambiguous: this can be a comment or the value", hint);
  }
  const [value = ""] = written.split(" #", 1);
  return { value: expand(value.trimEnd(), (index) => start + index, reader), next: end + 1 };
}

function readQuotedValue(start: number, mark: "'" | '"', reader: Reader): ReadValue {
  const { source, findings } = reader;
  const { value, close, isExact, problems } = readQuoted(source.text, start, mark);
  for (const { index, message, hint } of problems) findings.add(source.locationAt(index), message, hint);
  if (close < 0) return { value: "", next: source.text.length };
  const last = lineEnd(source.text, close);
  if (!IGNORED.test(source.text.slice(close + 1, last))) {
    findings.add(source.locationAt(close + 1), "unexpected text after the closing quote", "Quote the whole value.");
  }
  const offsetOf = (index: number): number => (isExact ? start + 1 + index : start);
  return { value: mark === "'" ? value : expand(value, offsetOf, reader), next: last + 1 };
}

/** Replaces variables. As in Compose, a dollar sign that starts no variable is text. */
function expand(raw: string, offsetOf: (index: number) => number, { source, lookup, findings }: Reader): string {
  const template = raw.replaceAll(/\$\$|\$(?![A-Za-z_{])/g, "$$$$");
  const { text, problems } = interpolate(template, lookup);
  for (const { index, message, hint } of problems) {
    findings.add(source.locationAt(offsetOf(template === raw ? index : 0)), message, hint);
  }
  return text;
}

/** Escapes in double quotes (compose-go, expandEscapes). `\$` becomes `$$`, which interpolation turns into a dollar sign. */
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  '"': '"',
  "\\": "\\",
  $: "$$",
};

/** The octal digits of a character code, after `\0`. */
const OCTAL = /^[0-3][0-7]{2}(?![0-9])/;

interface Quoted {
  /** Without quotes and escapes, before variables are replaced. */
  value: string;
  /** Index of the closing quote, or -1. */
  close: number;
  /** The value equals the text in the file, character by character. */
  isExact: boolean;
  problems: { index: number; message: string; hint: string }[];
}

/** Reads a value from the quote at `start` to the closing quote, which can be on a later line. */
function readQuoted(text: string, start: number, mark: "'" | '"'): Quoted {
  let value = "";
  let index = start + 1;
  const problems: Quoted["problems"] = [];
  while (index < text.length && text[index] !== mark) {
    const [piece, length] = text[index] === "\\" ? readEscape(text, index, mark, problems) : [text[index] ?? "", 1];
    value += piece;
    index += length;
  }
  if (index >= text.length) {
    const message = "missing closing quote";
    return {
      value,
      close: -1,
      isExact: false,
      problems: [{ index: start, message, hint: `Add the closing ${mark}.` }],
    };
  }
  return { value, close: index, isExact: value.length === index - start - 1, problems };
}

/** The text of the escape at `index`, and its length in the source. */
function readEscape(text: string, index: number, mark: "'" | '"', problems: Quoted["problems"]): [string, number] {
  const next = text[index + 1] ?? "";
  if (next === mark) return [mark, 2];
  // In single quotes, two backslashes stay two, but the second does not escape a quote.
  if (mark === "'") return next === "\\" ? ["\\\\", 2] : ["\\", 1];
  if (next === "0") {
    const [digits] = OCTAL.exec(text.slice(index + 2, index + 6)) ?? [];
    if (digits !== undefined) return [String.fromCharCode(Number.parseInt(digits, 8)), 2 + digits.length];
    const hint = "Write \\0 and three octal digits, such as \\0101, or \\\\0 for a backslash and a zero.";
    problems.push({ index, message: "expected three octal digits up to 377 after \\0", hint });
    return ["", 2];
  }
  const escape = ESCAPES[next];
  return escape === undefined ? ["\\", 1] : [escape, 2];
}
