import { DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { type DesiredApp, locationOf } from "../model/project.js";

/** Adds the position in the file to an error of the engine, of the field that the error is about if that is known. */
export function locateError(error: DeploymentError, app: DesiredApp): DeploymentError {
  const field = error.field ?? namedField(error, app.request);
  const subject = field === undefined ? `the app ${app.key}` : `${field} of the app ${app.key}`;
  return DeploymentError.withContext(error, {
    location: locationOf(app, field),
    hint: `Correct ${subject} in the file, then run \`ofdeploy up\` again.`,
  });
}

/** Texts of engines and container runtimes that identify a field without repeating its value. */
const PATTERNS: readonly (readonly [pattern: RegExp, field: string])[] = [
  [/sethostname/i, "hostname"],
  [/rlimit/i, "openFiles"],
  [/capabilit|apply caps/i, "capAdd"],
  [/apply caps|privileged/i, "privileged"],
  [/\bsysctl/i, "sysctls"],
  [/log(?:ger|ging| driver| opt)/i, "logging"],
  [/\bmemory\b/i, "resources.Limits.MemoryBytes"],
  [/\bcpus?\b/i, "resources.Limits.NanoCPUs"],
  [/\buids?\b|\bgids?\b|find (?:user|group)/i, "user"],
  [/\bhealth ?check\b/i, "healthcheck"],
  [/executable file not found|exec format error|no such file or directory: unknown/i, "command"],
];

/** A shorter text can occur in a message by chance. */
const MIN_LENGTH = 3;

/** The texts of a request that an engine repeats in its messages, with their fields. */
function namedTexts({
  mounts = [],
  networks = [],
  devices = [],
  secrets = [],
  configs = [],
  hostname,
  workingDir,
}: DeployRequest): [text: string, field: string][] {
  const files = { secrets, configs };
  return [
    ...mounts.flatMap(({ Source, Target }, index): [string, string][] => [
      [Source ?? "", `mounts[${index}].Source`],
      [Target, `mounts[${index}].Target`],
    ]),
    ...devices.map((device, index): [string, string] => [
      typeof device === "string" ? device : device.source,
      `devices[${index}]`,
    ]),
    ...networks.map((name, index): [string, string] => [name, `networks[${index}]`]),
    ...Object.entries(files).flatMap(([kind, references]) =>
      references.map((file, index): [string, string] => [
        typeof file === "string" ? file : file.name,
        `${kind}[${index}]`,
      ]),
    ),
    [hostname ?? "", "hostname"],
    [workingDir ?? "", "workingDir"],
  ];
}

/**
 * Guesses the field of the request that an engine's error is about: the error repeats its value, or matches a pattern. The
 * result is used only to point to a line of the file.
 */
export function namedField({ message, instance }: DeploymentError, request: DeployRequest): string | undefined {
  const text = `${message} ${instance?.error ?? ""}`;
  const [named] = namedTexts(request)
    .filter(([value]) => value.length >= MIN_LENGTH && containsName(text, value))
    .sort(([a], [b]) => b.length - a.length);
  if (named !== undefined) return named[1];
  return PATTERNS.find(([pattern, field]) => pattern.test(text) && isSet(request, field))?.[1];
}

/** Whether `text` contains `value`, and not as a part of a longer name or path. */
function containsName(text: string, value: string): boolean {
  const index = text.indexOf(value);
  if (index < 0) return false;
  return !/[\w/-]/.test(text[index - 1] ?? " ") && !/[\w/-]/.test(text[index + value.length] ?? " ");
}

const isSet = (request: DeployRequest, field: string): boolean =>
  field.split(".").reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], request) !==
  undefined;
