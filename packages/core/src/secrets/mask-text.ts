import { MASK, maskAddresses, SECRET_NAME_END, SECRET_WORD } from "./secret-values.js";

const SECRET_FLAG = new RegExp(`^--?[\\w-]*?${SECRET_WORD}${SECRET_NAME_END}$`, "i");

/** `PASSWORD=x`, `--token=x`, `api_key: x`, `--secret x` within a line; a quoted value whole. */
const ASSIGNED_SECRET = new RegExp(
  `([\\w-]*?${SECRET_WORD}${SECRET_NAME_END}(?:\\s*[=:]\\s*|(?<=--?[\\w-]*)\\s+))(?:(?:bearer|basic)\\s+)?("[^"]*"|'[^']*'|[^\\s,;&"']+)`,
  "gi",
);

const SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;

/** Masks what looks like a secret in a text: `TOKEN=...`, the value of `--password`, passwords in addresses, `Bearer ...`. */
export const maskText = (text: string): string =>
  maskAddresses(text.replace(ASSIGNED_SECRET, `$1${MASK}`).replace(SCHEME, `$1 ${MASK}`));

/** As {@link maskText}, for the words of a command line: the value of a flag can be the next word. */
export const maskWords = (words: readonly string[]): string[] =>
  words.map((word, index) => {
    const before = words[index - 1] ?? "";
    if (SECRET_FLAG.test(before) && !word.startsWith("-")) return MASK;
    if (/^(?:-u|--user)$/.test(before)) return word.replace(/:.*$/s, `:${MASK}`);
    return maskText(word);
  });
