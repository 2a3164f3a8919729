import { type Family, inPlace, ofVersions, without } from "./families.js";
import type { SeenMember } from "./member.js";
import { isRelated, madeAmong, read, strangersIn, wayOf } from "./reading.js";

/** What has to be done for the containers of a service to be where they should be: data, carried out by `settle`. */
export interface Repairs {
  /** To be removed. */
  discard: readonly SeenMember[];
  /** To be stopped, and kept as the version before. */
  retire: readonly SeenMember[];
  /** To be given their names back. */
  restore: readonly SeenMember[];
  /** To be started again. */
  resume: readonly SeenMember[];
}

/** What an update or a rollback that was cut off has left to do. */
export function repairsOf(family: Family<SeenMember>): Repairs {
  switch (wayOf(family)) {
    case "anew":
      return { ...NOTHING, discard: without(family, read(family).current) };
    case "forward":
      return forward(family);
    case "back":
      return back(family);
  }
}

const NOTHING: Repairs = { discard: [], retire: [], restore: [], resume: [] };

/** The new version is the service; what has left is the version before, and takes the place of what was that. */
export function forward(family: Family<SeenMember>): Repairs {
  const leaving = inPlace(family, "leaving");
  const before = [...inPlace(family, "previous"), ...inPlace(family, "returning")];
  const same = ofVersions(leaving, before);
  return {
    ...NOTHING,
    discard: [...inPlace(family, "next"), ...without(before, same)],
    retire: [...leaving, ...same.filter(isAwake)],
  };
}

/**
 * What was there is the service.
 * @param stopped the ids of what was stopped for the new version. Default: as far as can be told.
 */
export function back(family: Family<SeenMember>, stopped?: ReadonlySet<string>): Repairs {
  const [strangers, leaving] = [strangersIn(family), inPlace(family, "leaving")];
  const made = [...inPlace(family, "next"), ...madeAmong(family)];
  const returning = without([...inPlace(family, "returning"), ...strangers], made);
  const current = [...leaving, ...without(inPlace(family), strangers)];
  const previous = inPlace(family, "previous");
  const known = previous.filter((member) => current.length === 0 || isRelated(current, member));
  const wasStopped = ({ id, finishedAt, policyNow, details }: SeenMember): boolean => {
    if (stopped !== undefined) return stopped.has(id);
    if (made.length > 0) return made.some(({ createdAt }) => finishedAt >= createdAt);
    // Whether a process ended by itself that ends well when it is stopped, only its restart policy can tell.
    return returning.length + leaving.length > 0 && (ALWAYS.has(policyNow) || details.State.ExitCode !== 0);
  };
  return {
    discard: [...made, ...without(previous, known)],
    retire: [...returning, ...known.filter(isAwake)],
    restore: leaving,
    resume: current.filter((member) => hasEnded(member) && wasStopped(member)),
  };
}

const ALWAYS: ReadonlySet<string> = new Set(["always", "unless-stopped"]);

const hasEnded = ({ active, idle, startedAt }: SeenMember): boolean => !active && !idle && startedAt > -Infinity;

/** The version before must neither run nor be started by the engine. */
const isAwake = ({ active, policyNow }: SeenMember): boolean => active || policyNow !== "no";
