/**
 * The places that containers of a service have by their names. `mill` (or `mill-1`, `mill-2`, ... of emulated replicas)
 * is what runs. Beside it there may be, by the name of the container whose place it is about:
 * - `mill.next`: made by an update, and not proven yet
 * - `mill.returning`: the version before, about to be brought back by a rollback
 * - `mill.leaving`: has given up its name, to an update or a rollback that is not at its end
 * - `mill.previous`: the version before the last update, stopped, for a rollback
 *
 * `mill-0` is what is left of a replicated service that has no replicas: the first of them, stopped.
 *
 * What is kept stopped has the restart policy `no`, so that the engine does not start it; its name tells what it had before,
 * but for the usual one: `mill.previous.on-failure-3`. No service's name has a dot, so that no service is in the way.
 */
export type Role = "next" | "returning" | "leaving" | "previous";

export interface Place {
  /** The name that the container has, had, or is to have while it is the service: `mill`, `mill-2`. */
  base: string;
  /** Left out: it has its name. */
  role?: Role;
  /** As its name tells it: the restart policy that it has while it runs, as {@link policyText}. */
  policy?: string;
}

interface RestartPolicy {
  Name: string;
  MaximumRetryCount?: number;
}

const PLACE = /^(.+?)(?:\.(next|returning|leaving|previous))?(?:\.(no|always|on-failure(?:-\d+)?))?$/;

/** What a deploy makes where its request says nothing: a name need not tell. */
export const USUAL_POLICY = "unless-stopped";

/** What a name says, read as one of a container beside a service. */
export function placeOf(name: string): Place {
  const [, base = name, role, policy] = PLACE.exec(name) ?? [];
  return { base, ...(role !== undefined && { role: role as Role }), ...(policy !== undefined && { policy }) };
}

export const nameAt = ({ base, role, policy = USUAL_POLICY }: Place): string =>
  [base, role, ...(policy === USUAL_POLICY ? [] : [policy])].filter((part) => part !== undefined).join(".");

/** `on-failure-3`: a restart policy as a part of a name. */
export const policyText = ({ Name, MaximumRetryCount }: RestartPolicy = { Name: "no" }): string =>
  [Name || "no", ...(MaximumRetryCount ? [MaximumRetryCount] : [])].join("-");

/** The way back, for ContainerUpdate. */
export function policyFrom(text: string): RestartPolicy {
  const [, Name = text, count] = /^(.*?)(?:-(\d+))?$/.exec(text) ?? [];
  return { Name, ...(count !== undefined && { MaximumRetryCount: Number(count) }) };
}

/** The number of an emulated replica: 2 of `mill-2`, of the service `mill`; undefined: it is the one container. */
export function numberOf(service: string, base: string): number | undefined {
  const [, digits] = /^-(\d+)$/.exec(base.slice(service.length)) ?? [];
  return base.startsWith(service) && digits !== undefined ? Number(digits) : undefined;
}
