import { maskAssignments } from "./mask-assignments.js";
import { isSecretName, MASK, maskAddresses } from "./secret-values.js";

const isSecretFlag = (word: string): boolean => /^--?[\w.-]+$/.test(word) && isSecretName(word);

const SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;

/** Masks what looks like a secret in a text: `TOKEN=...`, the value of `--password`, passwords in addresses, `Bearer ...`. */
export const maskText = (text: string): string => maskAddresses(maskAssignments(text).replace(SCHEME, `$1 ${MASK}`));

/** As {@link maskText}, for the words of a command line: the value of a flag can be the next word. */
export const maskWords = (words: readonly string[]): string[] =>
  words.map((word, index) => {
    const before = words[index - 1] ?? "";
    if (isSecretFlag(before) && !word.startsWith("-")) return MASK;
    if (/^(?:-u|--user)$/.test(before)) return word.replace(/:.*$/s, `:${MASK}`);
    return maskText(word);
  });
