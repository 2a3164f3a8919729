/**
 * The names of a service's containers. `mill` (or `mill-1`, `mill-2`, ... with emulated replicas) is the service. Beside it,
 * an update or a rollback uses these names, each with the base name of the container that it replaces or restores:
 * - `mill.candidate`: created by an update, and not ready yet
 * - `mill.restoring`: the previous version, while a rollback restores it
 * - `mill.retiring`: has given its name to a new version; the update or rollback is not finished
 * - `mill.previous`: the version before the last update, stopped, kept for a rollback
 *
 * `mill-0` is the placeholder of a replicated service that has no replicas: its first container, stopped.
 *
 * A container that is kept stopped has the restart policy `no`, so that the engine does not start it. Its name records the
 * policy that it had, unless that was the default: `mill.previous.on-failure-3`. Names of services contain no dot, so these
 * names never collide with those of services.
 */
export type Role = "candidate" | "restoring" | "retiring" | "previous";

/** A container's name, in its parts. */
export interface ContainerName {
  /** The name that the container has, had, or will have while it is the service: `mill`, `mill-2`. */
  base: string;
  /** Left out while the container has its base name. */
  role?: Role;
  /** The restart policy that the container has while it runs, as {@link formatRestartPolicy} writes it. */
  policy?: string;
}

interface RestartPolicy {
  Name: string;
  MaximumRetryCount?: number;
}

/** Suffixes that earlier releases wrote. An update that one of them left unfinished is still recovered. */
const FORMER_SUFFIXES: Readonly<Record<string, Role>> = {
  next: "candidate",
  returning: "restoring",
  leaving: "retiring",
};

const NAME_PATTERN =
  /^(.+?)(?:\.(candidate|restoring|retiring|previous|next|returning|leaving))?(?:\.(no|always|on-failure(?:-\d+)?))?$/;

/** The restart policy of a request that names none. A container's name leaves it out. */
export const DEFAULT_RESTART_POLICY = "unless-stopped";

export function parseContainerName(name: string): ContainerName {
  const [, base = name, suffix, policy] = NAME_PATTERN.exec(name) ?? [];
  const role = suffix === undefined ? undefined : (FORMER_SUFFIXES[suffix] ?? (suffix as Role));
  return { base, ...(role !== undefined && { role }), ...(policy !== undefined && { policy }) };
}

export const formatContainerName = ({ base, role, policy = DEFAULT_RESTART_POLICY }: ContainerName): string =>
  [base, role, ...(policy === DEFAULT_RESTART_POLICY ? [] : [policy])].filter((part) => part !== undefined).join(".");

/** A restart policy as a part of a name: `on-failure-3`. */
export const formatRestartPolicy = ({ Name, MaximumRetryCount }: RestartPolicy = { Name: "no" }): string =>
  [Name || "no", ...(MaximumRetryCount ? [MaximumRetryCount] : [])].join("-");

/** The inverse of {@link formatRestartPolicy}, for ContainerUpdate. */
export function parseRestartPolicy(text: string): RestartPolicy {
  const [, Name = text, count] = /^(.*?)(?:-(\d+))?$/.exec(text) ?? [];
  return { Name, ...(count !== undefined && { MaximumRetryCount: Number(count) }) };
}

/** The number of an emulated replica: 2 for `mill-2` of the service `mill`. Undefined for the container `mill` itself. */
export function replicaNumber(service: string, base: string): number | undefined {
  const [, digits] = /^-(\d+)$/.exec(base.slice(service.length)) ?? [];
  return base.startsWith(service) && digits !== undefined ? Number(digits) : undefined;
}
