import type { ResourceSpec } from "../capabilities/resources.js";
import type { DeployRequest } from "../request/deploy-request.js";

/** What stands for a value that is not shown. */
export const MASK = "***";

/**
 * `scheme://user:password@`. OpenFactory's addresses of files, `github://owner:repo@ref/path`, have the same form and
 * hold no password: the name of the repository stands in its place.
 */
const PASSWORD = /((?<!(?<![\w+.-])github):\/\/[^\s/:@]*:)([^\s/@]+)@/gi;

/** The text without the passwords in its addresses, which are secret whether they are known or not. */
export const maskAddresses = (text: string): string => text.replace(PASSWORD, `$1${MASK}@`);

/** The passwords in the addresses of a text, as they are written. */
const passwordsInAddresses = (text: string): string[] =>
  [...text.matchAll(PASSWORD)].map(([, , password = ""]) => password);

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

/** A value that no text may repeat. */
export interface SecretValue {
  readonly value: string;
  /** Only where it stands as a word of its own: it is short, and other words may hold it by chance. Default false. */
  readonly asWord?: boolean;
}

/** What a value may be without being a secret, and a message is likely to say. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  (
    "true false yes no on off none null nil auto default enabled disabled debug info notice warn warning error fatal critical " +
    "trace verbose silent quiet text json plain yaml xml csv utf8 utf-8 ascii dev development prod production stage staging " +
    "test testing local localhost host docker swarm tcp udp http https ssl tls root user running starting healthy latest"
  ).split(" "),
);
/** Numbers such as ports and limits, with a unit. */
const COMMON_NUMBER = /^[+-]?\d{1,5}(?:\.\d{1,3})?(?:ns|us|ms|s|m|h|d|[kKMGT]i?B?|%)?$/;

/** Anything shorter is in every other word. */
const MIN_LENGTH = 3;
/** Values of fewer characters are looked for as whole words, unless their name says that they are secret. */
const WORD_LENGTH = 6;

/**
 * The values that texts about a request must not repeat: those of `env`, with passwords that are part of them. Values
 * that messages can't do without are left out: common words, numbers of up to five digits, and what the request
 * itself says elsewhere (its name, image, networks, ...). Under a name such as `PASSWORD` nothing is left out but the latter.
 */
export function secretsOfRequest(request: Pick<DeployRequest, "name" | "image" | "env">): SecretValue[] {
  const env = Array.isArray(request.env) ? request.env.filter((entry) => typeof entry === "string") : [];
  if (env.length === 0) return [];
  const known = publicWords(request);
  return env.flatMap((entry) => {
    const equals = entry.indexOf("=");
    return secretsOfVariable(entry.slice(0, Math.max(0, equals)), entry.slice(equals + 1), known);
  });
}

/** Words that are no secret, in lower case. */
interface PublicWords {
  readonly whole: ReadonlySet<string>;
  readonly parts: ReadonlySet<string>;
}

const NO_WORDS: PublicWords = { whole: new Set(), parts: new Set() };

function publicWords(request: Partial<DeployRequest>): PublicWords {
  const { name, image, networks, hostname, user, mounts, labels, secrets, configs } = request;
  const paths = listOf(mounts).flatMap((mount) => {
    const { Source, Target } = (mount ?? {}) as { Source?: unknown; Target?: unknown };
    return [Source, Target];
  });
  const files = [...listOf(secrets), ...listOf(configs)].map(
    (file) => (file as { name?: unknown } | null)?.name ?? file,
  );
  const bookkeeping = Object.entries(labels ?? {}).flatMap(([key, value]) =>
    key.startsWith("org.openfactory.") ? [value] : [],
  );
  const said = [
    name,
    image,
    hostname,
    user,
    ...listOf(networks),
    ...paths,
    ...files,
    ...Object.keys(labels ?? {}),
    ...bookkeeping,
  ];
  const whole = said.filter((one): one is string => typeof one === "string").map((one) => one.toLowerCase());
  return {
    whole: new Set(whole),
    parts: new Set(whole.flatMap((one) => [...one.split(/[/:@]/), ...one.split(/[^a-z0-9]+/)])),
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Paths that a shell or an SSH agent sets (POSIX, cd; ssh-agent(1)): their names hold `PWD` and `AUTH`, and messages need them. */
const PATHS_OF_PROCESS: ReadonlySet<string> = new Set(["PWD", "OLDPWD", "SSH_AUTH_SOCK"]);

/** The values of this process's environment variables whose names say that they are secret. */
export const secretsOfEnvironment = (env: Readonly<Record<string, string | undefined>>): SecretValue[] =>
  Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && isSecretName(name) && !PATHS_OF_PROCESS.has(name) ? secretsOfVariable(name, value) : [],
  );

/** The secret of one variable, and those that are part of its value. */
function secretsOfVariable(
  name: string,
  value: string,
  { whole, parts }: PublicWords = NO_WORDS,
): SecretValue[] {
  const text = value.trim();
  const inside = secretsWithin(value)
    .filter((part) => !whole.has(part.toLowerCase()))
    .map((part) => ({ value: part }));
  if (text.length < MIN_LENGTH || whole.has(text.toLowerCase())) return inside;
  if (isSecretName(name)) return [{ value }, ...inside];
  const isCommon = COMMON_WORDS.has(text.toLowerCase()) || COMMON_NUMBER.test(text) || parts.has(text.toLowerCase());
  if (isCommon) return inside;
  return [{ value, ...(text.length < WORD_LENGTH && /^[\w-]+$/.test(text) && { asWord: true }) }, ...inside];
}

/** The content of a secret or config, its lines, and the secrets that its settings hold. */
export function secretsOfResource(spec: Pick<ResourceSpec, "kind"> & { content?: Uint8Array }): SecretValue[] {
  if (spec.content === undefined || spec.content.length === 0) return [];
  const text = Buffer.from(spec.content.buffer, spec.content.byteOffset, spec.content.byteLength).toString("utf8");
  // A binary file is nothing that a message would repeat, but for its Base64.
  if (text.includes("\uFFFD")) return [{ value: Buffer.from(spec.content).toString("base64") }];
  return secretsOfVariable(spec.kind === "secret" ? "SECRET" : spec.kind, text);
}
