import { isSecretName, MASK, maskAddresses, SECRET_NAME_END, SECRET_WORD } from "@openfactory/deploy-core";
import type { LeafValue } from "./flatten-settings.js";

export interface MaskOptions {
  /** Show values of `env`. Default false. */
  showEnv?: boolean;
  /** The names of variables that are never secret. Default: none. */
  shownEnv?: readonly string[];
}

/** The fields in which secrets are looked for: an image may be called `auth`, and its tag is none. */
const SUSPECT = /^(?:labels|command|args|healthcheck|mounts)\b/;

const SECRET_FLAG = new RegExp(`^--?[\\w-]*?${SECRET_WORD}${SECRET_NAME_END}$`, "i");

/** `PASSWORD=x`, `--token=x`, `api_key: x`, `--secret x` within a line; a quoted value whole. */
const ASSIGNED = new RegExp(
  `([\\w-]*?${SECRET_WORD}${SECRET_NAME_END}(?:\\s*[=:]\\s*|(?<=--?[\\w-]*)\\s+))(?:(?:bearer|basic)\\s+)?("[^"]*"|'[^']*'|[^\\s,;&"']+)`,
  "gi",
);

const SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;

/**
 * A value as it may be shown. Values of `env` are masked whole, unless they are asked for, and so are labels with the
 * names of secrets. In commands, labels and mounts, what looks like a secret is masked: what follows `--password` and the like,
 * `TOKEN=...`, and passwords in addresses. Anything else is shown: what must never be seen belongs in `secrets`.
 */
export function shown(
  path: string,
  value: LeafValue,
  { showEnv = false, shownEnv = [] }: MaskOptions,
): { text: string; masked: boolean } {
  if (path.startsWith("env."))
    return showEnv || shownEnv.includes(path.slice("env.".length))
      ? { text: String(value), masked: false }
      : { text: MASK, masked: true };
  if (path.startsWith("labels.") && isSecretName(path)) return { text: MASK, masked: true };
  const raw = typeof value === "string" ? value : inShell(value);
  if (!SUSPECT.test(path)) return { text: raw, masked: false };
  const text = typeof value === "string" ? masked(value) : inShell(maskedWords(value));
  return { text, masked: text !== raw };
}

const masked = (text: string): string =>
  maskAddresses(text.replace(ASSIGNED, `$1${MASK}`).replace(SCHEME, `$1 ${MASK}`));

const maskedWords = (words: readonly string[]): string[] =>
  words.map((word, index) => {
    const before = words[index - 1] ?? "";
    if (SECRET_FLAG.test(before) && !word.startsWith("-")) return MASK;
    if (/^(?:-u|--user)$/.test(before)) return word.replace(/:.*$/s, `:${MASK}`);
    return masked(word);
  });

/** Words as one would type them. */
const inShell = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
