import { Findings } from "../report/findings.js";
import { SourceText } from "../source/source-text.js";
import { type Environment, environmentLookup } from "./environment.js";
import { interpolate, type Lookup } from "./template.js";

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

/** `NAME=`, with `export` before it or not; Compose takes a colon for the equals sign, too. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*/;
const INHERITED = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*(?:#.*)?$/;
const IGNORED = /^[ \t]*(?:#.*)?$/;

/**
 * Reads an env file as Compose does: comments, `export`, single quotes (nothing in them is special), double quotes
 * (`\n`, `\t`, `\"`, `\\`, and variables), values of several lines in quotes, ` #` comments after other values.
 * Variables are looked up in `environment` first, then in the lines before.
 * @throws DeploymentError `INVALID_FILE` with every bad line. Values are never repeated.
 */
export function parseEnvFile(text: string, file: string, environment: Environment): Record<string, string> {
  const source = new SourceText(file, text.replaceAll("\r\n", "\n"));
  const findings = new Findings();
  const values = new Map<string, string>();
  const lookup: Lookup = (name) => environmentLookup(environment)(name) ?? values.get(name);

  for (let offset = 0; offset < source.text.length;) {
    const end = lineEnd(source.text, offset);
    const line = source.text.slice(offset, end);
    const assignment = ASSIGNMENT.exec(line);
    const inherited = INHERITED.exec(line)?.[1];
    let next = end + 1;
    if (assignment?.[1] !== undefined) {
      const read = readValue(source, offset + assignment[0].length, end, lookup, findings);
      values.set(assignment[1], read.value);
      next = read.next;
    } else if (inherited !== undefined) {
      const value = lookup(inherited);
      if (value !== undefined) values.set(inherited, value);
    } else if (!IGNORED.test(line)) {
      findings.add(source.at(offset + line.search(/\S/)), "expected NAME=VALUE, or a comment", "Correct the line.");
    }
    offset = next;
  }
  findings.throwIfAny();
  return Object.fromEntries(values);
}

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
};

/** The value that begins at `start`, and where the line after it begins. */
function readValue(
  source: SourceText,
  start: number,
  end: number,
  lookup: Lookup,
  findings: Findings,
): { value: string; next: number } {
  const quoteMark = source.text[start];
  const expand = (raw: string, offsetOf: (index: number) => number): string => {
    const { text, problems } = interpolate(raw, lookup);
    for (const { index, message, hint } of problems) findings.add(source.at(offsetOf(index)), message, hint);
    return text;
  };

  if (quoteMark !== "'" && quoteMark !== '"') {
    const line = source.text.slice(start, end);
    const value = line.startsWith("#") ? "" : line.replace(/[ \t]#.*$/, "").trimEnd();
    return { value: expand(value, (index) => start + index), next: end + 1 };
  }

  const close = closingQuote(source.text, start);
  if (close < 0) {
    findings.add(source.at(start), "the quote that begins here is not closed", `Close it with ${quoteMark}.`);
    return { value: "", next: source.text.length };
  }
  const last = lineEnd(source.text, close);
  if (!IGNORED.test(source.text.slice(close + 1, last))) {
    findings.add(source.at(close + 1), "something follows the closing quote", "Put all of the value in quotes.");
  }
  const inner = source.text.slice(start + 1, close);
  if (quoteMark === "'") return { value: inner, next: last + 1 };
  const exact = !inner.includes("\\");
  const value = expand(unescape(inner), (index) => (exact ? start + 1 + index : start));
  return { value, next: last + 1 };
}

function closingQuote(text: string, start: number): number {
  const quoteMark = text[start];
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === quoteMark) return index;
    if (text[index] === "\\" && quoteMark === '"') index += 1;
  }
  return -1;
}

/** `\$` becomes `$$`, which interpolation turns into a dollar sign. */
const unescape = (text: string): string =>
  text.replace(/\\(.)/gs, (whole, letter: string) => (letter === "$" ? "$$" : (ESCAPES[letter] ?? whole)));
