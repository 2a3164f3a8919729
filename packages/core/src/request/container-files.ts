import { posix } from "node:path";
import { z } from "zod";
import { deferred } from "./lazy-schemas.js";
import { type Mount, targetProblem } from "./mounts.js";
import { normalizeTarget } from "./paths.js";
import { containsTemplate, HOSTNAME_TOO_LONG, MAX_HOSTNAME, type Templates } from "./process.js";

/** Swarm's rule for names of secrets and configs (swarmkit, validateConfigOrSecretAnnotations). */
const resourceName = () =>
  z
    .string()
    .max(64, "the name of a secret or config must have at most 64 characters")
    .regex(
      /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?$/,
      "the name of a secret or config must consist of letters, digits, -, _ and ., and start and end with a letter or digit",
    );

/** A number, since the nodes of a swarm don't resolve names. */
const ownerId = () =>
  z
    .string()
    .regex(/^[0-9]+$/, { abort: true, message: "the owner of a file must be a numeric id" })
    .refine((id) => Number(id) < 2 ** 32 - 1, "the owner of a file must be an id below 4294967295");

const fileSchema = () =>
  z.strictObject({
    name: resourceName(),
    target: z.string().min(1, "must not be empty").optional(),
    uid: ownerId().optional(),
    gid: ownerId().optional(),
    mode: z.number().int().min(0).max(0o7777, "mode must be at most 0o7777").optional(),
  });

/** An existing secret or config, by name, and its file in the container. */
export type FileReference = z.output<ReturnType<typeof fileSchema>>;

export const fileReferencesSchema = deferred(() =>
  z.array(
    z.union(
      [resourceName().transform((name): FileReference => ({ name })), fileSchema()],
      "expected a name, or {name, target, uid, gid, mode}",
    ),
  ),
);

/** The fields of a request that add files or mounts to the container. */
export interface TargetFields {
  mounts?: readonly Mount[] | undefined;
  secrets?: readonly FileReference[] | undefined;
  configs?: readonly FileReference[] | undefined;
}

interface Finding {
  path: (string | number)[];
  message: string;
}

/** The base of relative targets. The default target is the name of the secret or config. */
const BASE_FOLDERS = { secrets: "/run/secrets", configs: "/" } as const;

const filePath = (kind: keyof typeof BASE_FOLDERS, { name, target = name }: FileReference): string =>
  normalizeTarget(posix.resolve(BASE_FOLDERS[kind], target));

/** Finds mounts, secrets and configs that share a path, and secrets and configs with a target that is not allowed. */
export function findTargetConflicts({ mounts = [], secrets = [], configs = [] }: TargetFields): Finding[] {
  // Most requests have neither.
  if (secrets.length + configs.length === 0) return [];
  const findings: Finding[] = [];
  const taken = new Map(mounts.map(({ Target }, index) => [normalizeTarget(Target), `mounts[${index}]`]));
  for (const [kind, files] of Object.entries({ secrets, configs }) as [keyof typeof BASE_FOLDERS, FileReference[]][]) {
    files.forEach((file, index) => {
      const path = [kind, index, ...(file.target === undefined ? [] : ["target"])];
      const target = filePath(kind, file);
      const first = taken.get(target);
      const problem = targetProblem(target, { Type: "bind" });
      if (file.target?.endsWith("/")) findings.push({ path, message: "a target is a file and must not end with /" });
      else if (problem !== undefined) findings.push({ path, message: problem });
      else if (first !== undefined)
        findings.push({ path, message: `its target ${target} is already used by ${first}` });
      else taken.set(target, `${kind}[${index}]`);
    });
  }
  return findings;
}

/**
 * Finds a secret (or config) that a request lists twice with different owners or modes. An engine keeps one file for it in a
 * container, with the owner and mode of the last reference, so a file of mode 0400 could become readable by all.
 */
export function findOwnerConflicts({ secrets = [], configs = [] }: TargetFields): Finding[] {
  if (secrets.length + configs.length === 0) return [];
  return Object.entries({ secrets, configs }).flatMap(([kind, files]) => {
    const firsts = new Map<string, number>();
    return files.flatMap((file, index): Finding[] => {
      const first = firsts.get(file.name);
      if (first === undefined) firsts.set(file.name, index);
      else if (ownerOf(file) !== ownerOf(files[first] as FileReference)) {
        const message = `an engine stores one file per ${kind.slice(0, -1)}: uid, gid and mode must equal those of ${kind}[${first}]`;
        return [{ path: [kind, index], message }];
      }
      return [];
    });
  });
}

/** Owner and mode, with the engine's defaults. */
const ownerOf = ({ uid = "0", gid = "0", mode = 0o444 }: FileReference): string =>
  `${Number(uid)}:${Number(gid)}:${mode}`;

/** Finds fields with a template that no platform expands, since `templates` isn't `expand`, and that are invalid as they are. */
export function findUnexpandedTemplates({
  mounts = [],
  hostname,
  templates,
}: TargetFields & { hostname?: string | undefined; templates?: Templates | undefined }): Finding[] {
  if (templates === "expand") return [];
  const findings: Finding[] = [];
  mounts.forEach((mount, index) => {
    if (mount.Type === "volume" && containsTemplate(mount.Source)) {
      const message =
        "a volume's name must consist of letters, digits, _, . and -; to use a template, set templates to expand";
      findings.push({ path: ["mounts", index, "Source"], message });
    }
    const problem = containsTemplate(mount.Target) ? targetProblem(mount.Target, mount) : undefined;
    if (problem !== undefined) findings.push({ path: ["mounts", index, "Target"], message: problem });
  });
  if (containsTemplate(hostname) && Buffer.byteLength(hostname ?? "") > MAX_HOSTNAME) {
    findings.push({ path: ["hostname"], message: HOSTNAME_TOO_LONG });
  }
  return findings;
}
