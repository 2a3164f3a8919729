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

export interface Quoted {
  /** Without quotes and escapes; variables are still in it. */
  value: string;
  /** Index of the closing quote; -1: there is none. */
  close: number;
  /** The value stands in the file character for character. */
  isExact: boolean;
  problems: { index: number; message: string; hint: string }[];
}

/** Reads what is between the quote at `start` and the one that closes it, which may be on a later line. */
export function readQuoted(text: string, start: number, mark: "'" | '"'): Quoted {
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
