import { passwordsInAddresses } from "./addresses.js";

/** What the names of labels, flags and variables are called whose values are secret. */
export const SECRET_WORD =
  "(?:pass(?:words?|wd|phrase|code)?|pwd|secrets?|tokens?|credentials?|(?:api|access|private|signing)[-_]?keys?|auth(?:orization)?)";
/** What may follow in the name: `--pass` and `basicauth.users` are secret, and `passive` is not. */
export const SECRET_NAME_END = "(?![a-z])[\\w.-]*";

const SECRET_NAME = new RegExp(`(?:^|[^a-z])\\w*?${SECRET_WORD}${SECRET_NAME_END}$`, "i");

/** Whether a variable, label or setting of that name holds a secret, as far as names tell. */
export const isSecretName = (name: string): boolean => name.length <= 256 && SECRET_NAME.test(name);

/** `password=x`, `"token": "x"`, `api_key: x` within a value. */
const ASSIGNED = /([\w.-]{1,128})["']?\s?[=:]\s?(?="([^"\n]{1,1000})"|'([^'\n]{1,1000})'|([^\s,;&"']{1,1000}))/g;
/** Go templates: an engine that can't expand one repeats parts of it. */
const TEMPLATE = /\{\{(.{1,1000}?)\}\}/gs;
const TEMPLATE_WORDS: ReadonlySet<string> = new Set(
  "index print printf println range with else define block template call html slice join title upper lower split json".split(
    " ",
  ),
);

/** Secrets that are part of a longer value: passwords in addresses, settings, words of templates. */
export function secretsWithin(value: string): string[] {
  const found: string[] = [];
  for (const password of passwordsInAddresses(value)) found.push(password, decoded(password));
  for (const [, name = "", double, single, bare] of value.matchAll(ASSIGNED)) {
    if (isSecretName(name)) found.push(double ?? single ?? bare ?? "");
  }
  for (const [, action = ""] of value.matchAll(TEMPLATE)) found.push(action.trim(), ...templateWords(action));
  return [...new Set(found)].filter((part) => part.length >= 3 && !/^\.(?:Service|Node|Task)\b/.test(part));
}

const templateWords = (action: string): string[] =>
  action
    .split(/[\s"'`(){}|,]+/)
    .filter((word) => word.length >= 4 && !word.startsWith(".") && !TEMPLATE_WORDS.has(word));

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
