import { posix } from "node:path";
import { z } from "zod";
import { type Mount, targetFault, targetPlace } from "./mounts.js";
import { holdsTemplate, type Templates } from "./process.js";

/** Swarm's rule for names of secrets and configs (swarmkit, validateConfigOrSecretAnnotations). */
const resourceName = z
  .string()
  .max(64, "a secret's or config's name has at most 64 characters")
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?$/,
    "a secret's or config's name is made of letters, digits, -, _ and ., with a letter or digit first and last",
  );

/** A number: a swarm's node looks no name up. */
const ownerId = z
  .string()
  .regex(/^[0-9]+$/, { abort: true, message: "a file's owner is a numeric id" })
  .refine((id) => Number(id) < 2 ** 32 - 1, "a file's owner is an id below 4294967295");

const fileSchema = z.strictObject({
  name: resourceName,
  target: z.string().min(1, "has no target").optional(),
  uid: ownerId.optional(),
  gid: ownerId.optional(),
  mode: z.number().int().min(0).max(0o7777, "mode is at most 0o7777").optional(),
});

/** A secret or config that exists already, by name, and the file it becomes in the container. */
export type FileReference = z.output<typeof fileSchema>;

export const fileReferencesSchema = z.array(
  z.union(
    [resourceName.transform((name): FileReference => ({ name })), fileSchema],
    "expected a name, or {name, target, uid, gid, mode}",
  ),
);

/** The fields of a request that put something at a path in the container. */
export interface TargetFields {
  mounts?: readonly Mount[] | undefined;
  secrets?: readonly FileReference[] | undefined;
  configs?: readonly FileReference[] | undefined;
}

interface Finding {
  path: (string | number)[];
  message: string;
}

/** Where the file of a secret or config is: a relative target counts from here. Without a target, it has its name. */
const FOLDERS = { secrets: "/run/secrets", configs: "/" } as const;

const filePlace = (kind: keyof typeof FOLDERS, { name, target = name }: FileReference): string =>
  targetPlace(posix.resolve(FOLDERS[kind], target));

/** Two of mounts, secrets and configs at one path, and secrets and configs at a path where nothing can be mounted. */
export function targetFindings({ mounts = [], secrets = [], configs = [] }: TargetFields): Finding[] {
  const findings: Finding[] = [];
  const taken = new Map(mounts.map(({ Target }, index) => [targetPlace(Target), `mounts[${index}]`]));
  for (const [kind, files] of Object.entries({ secrets, configs }) as [keyof typeof FOLDERS, FileReference[]][]) {
    files.forEach((file, index) => {
      const path = [kind, index, ...(file.target === undefined ? [] : ["target"])];
      const place = filePlace(kind, file);
      const first = taken.get(place);
      const fault = targetFault(place, { Type: "bind" });
      if (file.target?.endsWith("/")) findings.push({ path, message: "a target is a file, and has no / at its end" });
      else if (fault !== undefined) findings.push({ path, message: fault });
      else if (first !== undefined) findings.push({ path, message: `its target ${place} is taken by ${first}` });
      else taken.set(place, `${kind}[${index}]`);
    });
  }
  return findings;
}

/**
 * A secret (or config) that a request names twice, with another owner or mode. An engine keeps one file for it in a container,
 * and the owner and mode of the last reference hold at every target: a file of mode 0400 would be readable by all.
 */
export function ownerFindings({ secrets = [], configs = [] }: TargetFields): Finding[] {
  return Object.entries({ secrets, configs }).flatMap(([kind, files]) => {
    const firsts = new Map<string, number>();
    return files.flatMap((file, index): Finding[] => {
      const first = firsts.get(file.name);
      if (first === undefined) firsts.set(file.name, index);
      else if (ownerOf(file) !== ownerOf(files[first] as FileReference)) {
        const message = `an engine keeps one file for a ${kind.slice(0, -1)}: uid, gid and mode must be those of ${kind}[${first}]`;
        return [{ path: [kind, index], message }];
      }
      return [];
    });
  });
}

/** Owner and mode, with the engine's defaults. */
const ownerOf = ({ uid = "0", gid = "0", mode = 0o444 }: FileReference): string =>
  `${Number(uid)}:${Number(gid)}:${mode}`;

/** Texts that hold a template although nothing says that the platform expands it, and that no engine takes as they are. */
export function unmarkedNameFindings({
  mounts = [],
  hostname,
  templates,
}: TargetFields & { hostname?: string | undefined; templates?: Templates | undefined }): Finding[] {
  if (templates === "expand") return [];
  const findings: Finding[] = [];
  mounts.forEach((mount, index) => {
    if (mount.Type === "volume" && holdsTemplate(mount.Source)) {
      const message = "a volume's name is made of letters, digits, _, . and -; set templates to expand for a template";
      findings.push({ path: ["mounts", index, "Source"], message });
    }
    const fault = holdsTemplate(mount.Target) ? targetFault(mount.Target, mount) : undefined;
    if (fault !== undefined) findings.push({ path: ["mounts", index, "Target"], message: fault });
  });
  if (holdsTemplate(hostname) && Buffer.byteLength(hostname ?? "") > 64) {
    findings.push({ path: ["hostname"], message: "a host name has at most 64 characters" });
  }
  return findings;
}
