/** Characters that neither systemd nor Quadlet interprets, in any directive. */
const PLAIN = /^[\w.,:/@+=~-]+$/;

/** Whether a value can be written as it is. Any other value is quoted. */
export const isPlain = (value: string): boolean => PLAIN.test(value);

/**
 * Variables of the unit for words that Quadlet's command line can't contain: it drops an empty word, and does not escape a
 * lone semicolon, which ends a command for systemd. systemd replaces each by one word.
 */
export const WORD_VARIABLES: Readonly<Record<string, string>> = { OPENFACTORY_EMPTY: "", OPENFACTORY_SEMICOLON: ";" };

const variableOf = (word: string): string | undefined =>
  Object.keys(WORD_VARIABLES).find((name) => WORD_VARIABLES[name] === word);

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const hex = (code: number): string => `\\x${code.toString(16).padStart(2, "0")}`;

/** `%` starts a specifier and `$` a variable in the command line that Quadlet generates. */
export const escapeExpansions = (text: string): string => text.replaceAll("%", "%%").replaceAll("$", "$$$$");

/**
 * One word of a directive, in double quotes. Quadlet removes these quotes and escapes, writes the command line of the
 * service with its own, and systemd removes those. No character of the word can end the line, so no word adds a directive.
 */
export function quoteWord(word: string): string {
  const variable = variableOf(word);
  if (variable !== undefined) return `\${${variable}}`;
  if (isPlain(word)) return word;
  // oxlint-disable-next-line no-control-regex -- these are the characters that have to be escaped
  const escaped = word.replaceAll(/[\\"\u0000-\u001f\u007f]/g, (char) => ESCAPES[char] ?? hex(char.charCodeAt(0)));
  return `"${escapeExpansions(escaped)}"`;
}

/** The words of a command line, as one line. */
export const quoteWords = (words: readonly string[]): string => words.map(quoteWord).join(" ");

/** Whether Quadlet changes a text: it writes this character as one byte, which is not UTF-8. */
export const isUnwritable = (text: unknown): boolean => typeof text === "string" && text.includes("\u0080");
