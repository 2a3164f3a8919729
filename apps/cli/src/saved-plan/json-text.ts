/** A step in JSON: a key or an index. */
type Step = PropertyKey;

const TOKEN = /\s*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|\\.)*")|(?:-?\d[\d.eE+-]*|true|false|null))/uy;

/** The token that must follow. `first` is a key or value that may be missing: `{}`. */
type Expected = "value" | "first" | "key" | "colon" | "next" | "nothing";

/**
 * Reads JSON for the positions of its parts, which JSON.parse does not report. Not recursive, since a file can be nested deeply.
 * @param onValue called with the path and the offset of each value.
 * @returns the offset at which the text is no longer JSON: its length if it is cut off. Undefined if it is JSON.
 */
function scanJson(
  text: string,
  onValue: (path: readonly Step[], offset: number) => void = () => {},
): number | undefined {
  const path: Step[] = [];
  const ends: string[] = [];
  let expected: Expected = "value";
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const [all, sign, string] = TOKEN.exec(text) ?? [];
    const start =
      all === undefined
        ? at + (/^\s*/.exec(text.slice(at, at + 1000))?.[0].length ?? 0)
        : TOKEN.lastIndex - all.trimStart().length;
    if (all === undefined) return text.slice(start).trim() === "" ? endOf(text, expected) : start;
    at = TOKEN.lastIndex;
    const end = ends.at(-1);
    if (sign === end && sign !== undefined && (expected === "next" || expected === "first")) {
      ends.pop();
      path.pop();
      expected = ends.length === 0 ? "nothing" : "next";
    } else if (expected === "next" && sign === ",") {
      expected = end === "}" ? "key" : "value";
      if (end === "]") path.push(Number(path.pop()) + 1);
    } else if (expected === "colon" && sign === ":") expected = "value";
    else if ((expected === "key" || (expected === "first" && end === "}")) && string !== undefined) {
      path[path.length - 1] = string.slice(1, -1);
      expected = "colon";
    } else if (expected === "value" || (expected === "first" && end === "]")) {
      if (sign !== undefined && sign !== "{" && sign !== "[") return start;
      onValue(path, start);
      if (sign === undefined) expected = ends.length === 0 ? "nothing" : "next";
      else {
        ends.push(sign === "{" ? "}" : "]");
        path.push(0);
        expected = "first";
      }
    } else return start;
  }
  return endOf(text, expected);
}

const endOf = (text: string, expected: Expected): number | undefined =>
  expected === "nothing" ? undefined : text.length;

/** The offset at which a text is no longer JSON: its length if it is cut off. */
export const syntaxErrorOffset = (text: string): number => scanJson(text) ?? 0;

/** The offset of the value with that path, or of its closest parent in the text. */
export function offsetOfPath(text: string, wanted: readonly Step[]): number {
  let found = { depth: -1, offset: 0 };
  scanJson(text, (path, offset) => {
    if (path.length <= found.depth || path.length > wanted.length) return;
    if (path.every((step, index) => String(step) === String(wanted[index]))) found = { depth: path.length, offset };
  });
  return found.offset;
}
