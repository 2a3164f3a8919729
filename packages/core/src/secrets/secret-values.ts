import type { ResourceSpec } from "../capabilities/resources.js";
import type { DeployRequest } from "../request/deploy-request.js";

/** A value that must not appear in any output. */
export interface SecretValue {
  readonly value: string;
  /** Mask it only as a whole word, since a short value may be part of other words by chance. Default false. */
  readonly wholeWord?: boolean;
}

/** The replacement for a secret value. */
export const MASK = "***";

/**
 * `scheme://user:password@`. OpenFactory's addresses of files, `github://owner:repo@ref/path`, have the same form, but contain
 * the name of a repository instead of a password.
 */
const PASSWORD = /((?<!(?<![\w+.-])github):\/\/[^\s/:@]*:)([^\s/@]+)@/gi;

/** Masks the passwords in the addresses of a text. */
export const maskAddresses = (text: string): string => text.replace(PASSWORD, `$1${MASK}@`);

/** The passwords in the addresses of a text, still percent-encoded. */
const passwordsInAddresses = (text: string): string[] =>
  [...text.matchAll(PASSWORD)].map(([, , password = ""]) => password);

/** A word that marks the name of a label, flag or variable with a secret value: `--pass` and `basicauth` have one, `passive` doesn't. */
const SECRET_WORD =
  /(?:pass(?:words?|wd|phrase|code)?|pwd|secrets?|tokens?|credentials?|(?:api|access|private|signing)[-_]?keys?|auth(?:orization)?)(?![a-z])/i;

/** A character of the part of a name that must contain the word: the `traefik.auth.users` of a longer text. */
const NAME_CHARACTER = /[\w.-]/;

/** Whether the name of a variable, label or setting suggests a secret value. */
export function isSecretName(name: string): boolean {
  let start = name.length;
  while (start > 0 && NAME_CHARACTER.test(name.charAt(start - 1))) start -= 1;
  return SECRET_WORD.test(name.slice(start));
}

/** Names within a value, such as `password` in `password=x`. */
const NAMES = /[\w.-]+/g;
/** After such a name: `=x`, `": "x"`, `: x`. */
const ASSIGNED = /["']?\s?[=:]\s?(?:"([^"\n]{1,1000})"|'([^'\n]{1,1000})'|([^\s,;&"']{1,1000}))/y;
/** How many secrets within one value are found. The value as a whole is a secret, too. */
const MAX_WITHIN = 1000;
const TEMPLATE_WORDS: ReadonlySet<string> = new Set(
  "index print printf println range with else define block template call html slice join title upper lower split json".split(
    " ",
  ),
);

/** Secrets within a longer value: passwords in addresses, assigned values, words of templates. */
export function secretsWithin(value: string): string[] {
  const found: string[] = [];
  for (const password of passwordsInAddresses(value)) found.push(password, decode(password));
  for (const { 0: name, index } of value.matchAll(NAMES)) {
    if (found.length >= MAX_WITHIN) break;
    if (!isSecretName(name)) continue;
    ASSIGNED.lastIndex = index + name.length;
    const [, double, single, bare] = ASSIGNED.exec(value) ?? [];
    found.push(double ?? single ?? bare ?? "");
  }
  for (const action of templatesIn(value)) found.push(action.trim(), ...templateWords(action));
  return [...new Set(found)].filter((part) => part.length >= 3 && !/^\.(?:Service|Node|Task)\b/.test(part));
}

/** The Go templates in a value. An engine that fails to expand one repeats parts of it in the error. */
function* templatesIn(value: string): Generator<string> {
  let start = value.indexOf("{{");
  while (start >= 0) {
    const end = value.indexOf("}}", start + 2);
    if (end < 0) return;
    yield value.slice(start + 2, end);
    start = value.indexOf("{{", end + 2);
  }
}

const templateWords = (action: string): string[] =>
  action
    .split(/[\s"'`(){}|,]+/)
    .filter((word) => word.length >= 4 && !word.startsWith(".") && !TEMPLATE_WORDS.has(word));

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Values that are not secret, and that messages need. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  (
    "true false yes no on off none null nil auto default enabled disabled debug info notice warn warning error fatal critical " +
    "trace verbose silent quiet text json plain yaml xml csv utf8 utf-8 ascii dev development prod production stage staging " +
    "test testing local localhost host docker swarm tcp udp http https ssl tls root user running starting healthy latest"
  ).split(" "),
);
/** Numbers such as ports and limits, also with a unit. */
const COMMON_NUMBER = /^[+-]?\d{1,5}(?:\.\d{1,3})?(?:ns|us|ms|s|m|h|d|[kKMGT]i?B?|%)?$/;

/** Shorter values appear in too many other words. */
const MIN_LENGTH = 3;
/** Shorter values are masked as whole words only, unless their name suggests a secret. */
const WORD_LENGTH = 6;

/**
 * The secret values of a request: the values of `env`, passwords within them, and log options with a name such as
 * `splunk-token`. Values that messages need are left out:
 * common words, numbers of up to five digits, and values that other fields of the request contain (name, image, networks,
 * ...). Of a variable with a name such as `PASSWORD`, only the latter are left out.
 */
export function secretsOfRequest(request: Pick<DeployRequest, "name" | "image" | "env" | "logging">): SecretValue[] {
  const env = Array.isArray(request.env) ? request.env.filter((entry) => typeof entry === "string") : [];
  const logging = secretsOfLogging(request);
  if (env.length === 0) return logging;
  const known = publicWords(request);
  const ofVariables = env.flatMap((entry) => {
    const equals = entry.indexOf("=");
    return secretsOfVariable(entry.slice(0, Math.max(0, equals)), entry.slice(equals + 1), known);
  });
  return [...ofVariables, ...logging];
}

/** The other log options are settings that messages need, such as `max-size`. A request may not be valid yet. */
const secretsOfLogging = ({ logging }: Pick<DeployRequest, "logging">): SecretValue[] =>
  Object.entries(logging?.options ?? {}).flatMap(([name, value]) =>
    typeof value === "string" && isSecretName(name) && value.length >= MIN_LENGTH
      ? [{ value }]
      : secretsWithin(String(value)).map((part) => ({ value: part })),
  );

/** Words that are not secret, in lowercase. */
interface PublicWords {
  readonly whole: ReadonlySet<string>;
  readonly parts: ReadonlySet<string>;
}

const NO_WORDS: PublicWords = { whole: new Set(), parts: new Set() };

function publicWords(request: Partial<DeployRequest>): PublicWords {
  const { name, image, networks, networkAliases, hostname, user, mounts, labels, secrets, configs } = request;
  const paths = listOf(mounts).flatMap((mount) => {
    const { Source, Target } = (mount ?? {}) as { Source?: unknown; Target?: unknown };
    return [Source, Target];
  });
  const files = [...listOf(secrets), ...listOf(configs)].map(
    (file) => (file as { name?: unknown } | null)?.name ?? file,
  );
  const ownLabels = Object.entries(labels ?? {}).flatMap(([key, value]) =>
    key.startsWith("org.openfactory.") ? [value] : [],
  );
  const values = [
    name,
    image,
    hostname,
    user,
    ...listOf(networks),
    ...listOf(networkAliases),
    ...paths,
    ...files,
    ...Object.keys(labels ?? {}),
    ...ownLabels,
  ];
  const whole = values.filter((value) => typeof value === "string").map((value) => value.toLowerCase());
  return {
    whole: new Set(whole),
    parts: new Set(whole.flatMap((value) => [...value.split(/[/:@]/), ...value.split(/[^a-z0-9]+/)])),
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Paths set by a shell or an SSH agent (POSIX, cd; ssh-agent(1)). Despite `PWD` and `AUTH` in their names they are not secret. */
const PUBLIC_PATH_VARIABLES: ReadonlySet<string> = new Set(["PWD", "OLDPWD", "SSH_AUTH_SOCK"]);

/** The values of environment variables whose names suggest a secret. */
export const secretsOfEnvironment = (env: Readonly<Record<string, string | undefined>>): SecretValue[] =>
  Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) && !PUBLIC_PATH_VARIABLES.has(name) ? secretsOfVariable(name, value) : [],
  );

/** The secret value of a variable, and secrets within its value. */
function secretsOfVariable(name: string, value: string, { whole, parts }: PublicWords = NO_WORDS): SecretValue[] {
  const text = value.trim();
  const inside = secretsWithin(value)
    .filter((part) => !whole.has(part.toLowerCase()))
    .map((part) => ({ value: part }));
  if (text.length < MIN_LENGTH || whole.has(text.toLowerCase())) return inside;
  if (isSecretName(name)) return [{ value }, ...inside];
  const isCommon = COMMON_WORDS.has(text.toLowerCase()) || COMMON_NUMBER.test(text) || parts.has(text.toLowerCase());
  if (isCommon) return inside;
  return [{ value, ...(text.length < WORD_LENGTH && /^[\w-]+$/.test(text) && { wholeWord: true }) }, ...inside];
}

/** The content of a secret or config, and secrets within it. */
export function secretsOfResource(spec: Pick<ResourceSpec, "kind"> & { content?: Uint8Array }): SecretValue[] {
  if (spec.content === undefined || spec.content.length === 0) return [];
  const text = Buffer.from(spec.content.buffer, spec.content.byteOffset, spec.content.byteLength).toString("utf8");
  // Messages don't repeat binary content, except as Base64.
  if (text.includes("\uFFFD")) return [{ value: Buffer.from(spec.content).toString("base64") }];
  return secretsOfVariable(spec.kind === "secret" ? "SECRET" : spec.kind, text);
}
