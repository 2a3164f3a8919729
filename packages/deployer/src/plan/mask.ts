import { isSecretName, MASK, maskText, maskWords } from "@openfactory/deploy-core";
import type { SettingValue } from "./flatten-settings.js";

export interface MaskOptions {
  /** Show values of `env`. Default false. */
  showEnv?: boolean;
  /** Names of variables that are never masked. Default: none. */
  shownEnv?: readonly string[];
}

/** The fields that are searched for secrets. Not the image: an image named `auth` has a tag, not a secret. */
const MASKED_FIELDS = /^(?:labels|command|args|healthcheck|mounts|logging)\b/;

/** The paths of values that have a name: that of a label, or of a log option. */
const NAMED_VALUES = /^(?:labels|logging\.options)\./;

/**
 * Masks secrets in a value. Values of `env` are masked whole, unless `showEnv` is set, and so are labels and log options with
 * the name of a secret. In commands, labels, log options and mounts, texts that look like a secret are masked: the value of
 * `--password` and similar flags, `TOKEN=...`, and passwords in addresses. A value that must never be shown belongs in `secrets`.
 */
export function maskValue(
  path: string,
  value: SettingValue,
  { showEnv = false, shownEnv = [] }: MaskOptions,
): { text: string; masked: boolean } {
  if (path.startsWith("env."))
    return showEnv || shownEnv.includes(path.slice("env.".length))
      ? { text: String(value), masked: false }
      : { text: MASK, masked: true };
  if (NAMED_VALUES.test(path) && isSecretName(path)) return { text: MASK, masked: true };
  const raw = typeof value === "string" ? value : quoteWords(value);
  if (!MASKED_FIELDS.test(path)) return { text: raw, masked: false };
  const text = typeof value === "string" ? maskText(value) : quoteWords(maskWords(value));
  return { text, masked: text !== raw };
}

/** Words as typed in a shell. */
const quoteWords = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
