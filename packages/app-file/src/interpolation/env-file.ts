import { Findings } from "../findings.js";
import { SourceText } from "../yaml/source-tree.js";
import { type Environment, environmentLookup, interpolate, type Lookup } from "./interpolate.js";

/** White space within a line, as Compose's parser has it. */
const SPACE = String.raw`[ \t\v\f\r\u0085\u00A0]`;
/** Compose's names: letters, digits (of any script), `_`, `.`, `-`, `[` and `]`. */
const NAME = String.raw`([\p{L}\p{N}_.\-[\]]+)`;
/** The word `export` alone is no name: Compose takes what follows it for one. */
const EXPORT = `^${SPACE}*(?:export${SPACE}+)?(?!export(?:${SPACE}|$))`;

/** `NAME=`, with `export` before it or not; Compose takes a colon for the equals sign, too. */
const ASSIGNMENT = new RegExp(`${EXPORT}${NAME}${SPACE}*[=:]`, "u");
const INHERITED = new RegExp(`${EXPORT}${NAME}${SPACE}*$`, "u");
const IGNORED = new RegExp(`^${SPACE}*(?:#.*)?$`, "u");
const LEADING_SPACE = new RegExp(`^${SPACE}*`);

/**
 * Reads an env file as Compose does (compose-go, dotenv):
 * - `NAME=value`, `NAME: value`, with `export` before it; a name alone takes its value from `environment`
 * - without quotes a value ends with the line, or before ` #`; variables are replaced
 * - in single quotes nothing is special but `\'`; in double quotes there are escapes (`\n`, `\"`, `\$`, ...) and variables
 * - a value in quotes may have several lines; after the closing quote only a comment may follow
 *
 * Variables are looked up in `environment` first, then in the lines before. Where Compose's documentation and Compose
 * differ, and where it would drop a part of a value, the line is an error.
 * @throws DeploymentError `INVALID_FILE` with every bad line. Values are never repeated.
 */
export const parseEnvFile = (text: string, file: string, environment: Environment): Record<string, string> =>
  Object.fromEntries(
    [...readEnvEntries(new SourceText(file, text), environment)].map(([name, { value }]) => [name, value]),
  );

/** A variable of an env file. */
export interface EnvEntry {
  value: string;
  /** Of its name: the last one of several. */
  offset: number;
}

/** As {@link parseEnvFile}, with the place of each variable. @throws DeploymentError as {@link parseEnvFile}. */
export function readEnvEntries(source: SourceText, environment: Environment): Map<string, EnvEntry> {
  const findings = new Findings();
  const entries = new Map<string, EnvEntry>();
  const lookup: Lookup = (name) => environmentLookup(environment)(name) ?? entries.get(name)?.value;
  const reader: Reader = { source, lookup, findings };

  for (let offset = 0; offset < source.text.length;) {
    const end = lineEnd(source.text, offset);
    const line = source.text.slice(offset, end);
    const assignment = ASSIGNMENT.exec(line);
    const inherited = INHERITED.exec(line);
    let next = end + 1;
    if (assignment?.[1] !== undefined) {
      const read = readValue(offset + assignment[0].length, end, reader);
      entries.set(assignment[1], { value: read.value, offset: offset + nameAt(assignment) });
      next = read.next;
    } else if (inherited?.[1] !== undefined) {
      const value = lookup(inherited[1]);
      if (value !== undefined) entries.set(inherited[1], { value, offset: offset + nameAt(inherited) });
    } else if (!IGNORED.test(line)) {
      const hint = "Write NAME=value; a name is made of letters, digits, _, ., -, [ and ].";
      findings.add(source.at(offset + line.search(/\S/)), "expected NAME=VALUE, or a comment", hint);
    }
    offset = next;
  }
  findings.throwIfAny();
  return entries;
}

/** Where the name begins in a line that matches. The name is the last word before the separator. */
const nameAt = ([whole, name = ""]: RegExpExecArray): number => whole.lastIndexOf(name);

interface Reader {
  source: SourceText;
  lookup: Lookup;
  findings: Findings;
}

interface ReadValue {
  value: string;
  /** Where the line after it begins. */
  next: number;
}

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
};

/** The value behind the separator at `from`. */
function readValue(from: number, end: number, reader: Reader): ReadValue {
  const { text } = reader.source;
  const start = from + (LEADING_SPACE.exec(text.slice(from, end))?.[0].length ?? 0);
  const nul = text.slice(start, end).indexOf("\0");
  if (nul >= 0) {
    reader.findings.add(reader.source.at(start + nul), "a variable can't hold a NUL character", "Remove it.");
  }
  const mark = text[start];
  if (mark === "'" || mark === '"') return readQuotedValue(start, mark, reader);

  const written = text.slice(start, end);
  if (written.startsWith("#") && start > from) {
    const hint = 'Write NAME="" # comment for an empty value, or put the value in quotes.';
    reader.findings.add(reader.source.at(start), "this may be a comment or the value", hint);
  }
  const [value = ""] = written.split(" #", 1);
  return { value: expand(value.trimEnd(), (index) => start + index, reader), next: end + 1 };
}

function readQuotedValue(start: number, mark: "'" | '"', reader: Reader): ReadValue {
  const { source, findings } = reader;
  const { value, close, isExact, problems } = readQuoted(source.text, start, mark);
  for (const { index, message, hint } of problems) findings.add(source.at(index), message, hint);
  if (close < 0) return { value: "", next: source.text.length };
  const last = lineEnd(source.text, close);
  if (!IGNORED.test(source.text.slice(close + 1, last))) {
    findings.add(source.at(close + 1), "something follows the closing quote", "Put the whole value in quotes.");
  }
  const offsetOf = (index: number): number => (isExact ? start + 1 + index : start);
  return { value: mark === "'" ? value : expand(value, offsetOf, reader), next: last + 1 };
}

/** Replaces variables. As in Compose, a dollar sign that begins no variable is a dollar sign. */
function expand(raw: string, offsetOf: (index: number) => number, { source, lookup, findings }: Reader): string {
  const template = raw.replaceAll(/\$\$|\$(?![A-Za-z_{])/g, "$$$$");
  const { text, problems } = interpolate(template, lookup);
  for (const { index, message, hint } of problems) {
    findings.add(source.at(offsetOf(template === raw ? index : 0)), message, hint);
  }
  return text;
}

/** Escapes in double quotes (compose-go, expandEscapes). `\$` becomes `$$`, which interpolation makes a dollar sign. */
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

/** The code of a character in octal digits, as `\0` has them after it. */
const OCTAL = /^[0-3][0-7]{2}(?![0-9])/;

interface Quoted {
  /** Without quotes and escapes; variables are still in it. */
  value: string;
  /** Index of the closing quote; -1: there is none. */
  close: number;
  /** The value stands in the file character for character. */
  isExact: boolean;
  problems: { index: number; message: string; hint: string }[];
}

/** Reads what is between the quote at `start` and the one that closes it, which may be on a later line. */
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
    const message = "the quote that begins here is not closed";
    return { value, close: -1, isExact: false, problems: [{ index: start, message, hint: `Close it with ${mark}.` }] };
  }
  return { value, close: index, isExact: value.length === index - start - 1, problems };
}

/** The text that the backslash at `index` makes, and how many characters it takes. */
function readEscape(text: string, index: number, mark: "'" | '"', problems: Quoted["problems"]): [string, number] {
  const next = text[index + 1] ?? "";
  if (next === mark) return [mark, 2];
  // In single quotes, a backslash before a backslash is only kept from escaping the quote after it.
  if (mark === "'") return next === "\\" ? ["\\\\", 2] : ["\\", 1];
  if (next === "0") {
    const [digits] = OCTAL.exec(text.slice(index + 2, index + 6)) ?? [];
    if (digits !== undefined) return [String.fromCharCode(Number.parseInt(digits, 8)), 2 + digits.length];
    const hint = "Write \\0 and three octal digits, such as \\0101, or \\\\0 for a backslash and a zero.";
    problems.push({ index, message: "\\0 needs three octal digits up to 377 after it", hint });
    return ["", 2];
  }
  const escape = ESCAPES[next];
  return escape === undefined ? ["\\", 1] : [escape, 2];
}
