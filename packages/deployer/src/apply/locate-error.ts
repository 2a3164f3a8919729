import { DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { type DesiredApp, locationOf } from "../model/project.js";

/** An engine's refusal says which field it is about, if anything: the file says where that is written. */
export function located(error: DeploymentError, app: DesiredApp): DeploymentError {
  const field = error.field ?? namedField(error, app.request);
  const what = field === undefined ? "The platform did not deploy" : `The platform refuses ${field} of`;
  return DeploymentError.withContext(error, {
    location: locationOf(app, field),
    hint: `${what} the app ${app.key} as it is. Correct it, then run ofdeploy up again.`,
  });
}

/** Words of engines and container runtimes for a field whose value they do not repeat. */
const WORDS: readonly (readonly [words: RegExp, field: string])[] = [
  [/sethostname/i, "hostname"],
  [/rlimit/i, "openFiles"],
  [/capabilit|apply caps/i, "capAdd"],
  [/\bmemory\b/i, "resources.Limits.MemoryBytes"],
  [/\bcpus?\b/i, "resources.Limits.NanoCPUs"],
  [/\buids?\b|\bgids?\b|find (?:user|group)/i, "user"],
  [/\bhealth ?check\b/i, "healthcheck"],
  [/executable file not found|exec format error|no such file or directory: unknown/i, "command"],
];

/** A shorter text may stand in a message for anything. */
const SHORTEST = 3;

/** The texts of a request that an engine repeats in its messages, with their fields. */
function namedTexts({
  mounts = [],
  networks = [],
  secrets = [],
  configs = [],
  hostname,
}: DeployRequest): [text: string, field: string][] {
  const files = { secrets, configs };
  return [
    ...mounts.flatMap(({ Source, Target }, index): [string, string][] => [
      [Source ?? "", `mounts[${index}].Source`],
      [Target, `mounts[${index}].Target`],
    ]),
    ...networks.map((name, index): [string, string] => [name, `networks[${index}]`]),
    ...Object.entries(files).flatMap(([kind, references]) =>
      references.map((file, index): [string, string] => [
        typeof file === "string" ? file : file.name,
        `${kind}[${index}]`,
      ]),
    ),
    [hostname ?? "", "hostname"],
  ];
}

/**
 * The field of the request that an engine's refusal is about, as far as its words tell: they repeat a value, or name what
 * it is. Only says where to look in the file; nothing else depends on it.
 */
export function namedField({ message, instance }: DeploymentError, request: DeployRequest): string | undefined {
  const words = `${message} ${instance?.error ?? ""}`;
  const [named] = namedTexts(request)
    .filter(([text]) => text.length >= SHORTEST && isNamed(words, text))
    .sort(([a], [b]) => b.length - a.length);
  if (named !== undefined) return named[1];
  return WORDS.find(([pattern, field]) => pattern.test(words) && isSet(request, field))?.[1];
}

/** Whether `text` is in `words`, and not as a part of a longer name or path. */
function isNamed(words: string, text: string): boolean {
  const at = words.indexOf(text);
  if (at < 0) return false;
  return !/[\w/-]/.test(words[at - 1] ?? " ") && !/[\w/-]/.test(words[at + text.length] ?? " ");
}

const isSet = (request: DeployRequest, field: string): boolean =>
  field.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], request) !==
  undefined;
