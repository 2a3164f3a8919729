import { type Family, inPlace, type Member, ofVersions, related, type SeenMember, without } from "./group.js";

/** What the containers of a service come to. */
export interface Reading<Kind extends Member = SeenMember> {
  /** What the service is; none: there is no such service. */
  current: readonly Kind[];
  /** The version before the last update, which a rollback brings back. */
  previous: readonly Kind[];
}

/**
 * Which way an update or a rollback has to go that was cut off, by the end of its process, and has left containers in places
 * where they should not stay:
 * - `back`, until all of the new version has its names and was started under them: what was there is the service;
 * - `forward` from then on: the new version is the service;
 * - `anew`, where something else was deployed while nothing had the name: that is the service.
 *
 * Names, labels and the engine's own times tell; there is no other state.
 */
export type Way = "back" | "forward" | "anew";

export function wayOf(family: Family<SeenMember>): Way {
  const strangers = strangersIn(family);
  const leaving = inPlace(family, "leaving");
  if (strangers.some((stranger) => !isRelated(leaving, stranger))) return "anew";
  const waiting = [...inPlace(family, "next"), ...inPlace(family, "returning")];
  const all = strangers.length > 0 && strangers.length === inPlace(family).length;
  // What was never started has not left either.
  const left = Math.max(0, ...leaving.map(({ active, finishedAt }) => (active ? Infinity : finishedAt)));
  return all &&
    ofVersions(strangers, waiting).length === 0 &&
    // What stands for no replicas is not started at all.
    strangers.every(({ active, idle, startedAt }) => idle || active || startedAt >= left)
    ? "forward"
    : "back";
}

/** What has a name of the service while another version is leaving it. */
export function strangersIn<Kind extends Member>(family: Family<Kind>): Kind[] {
  const [present, leaving] = [inPlace(family), inPlace(family, "leaving")];
  return leaving.length === 0 ? [] : without(present, ofVersions(leaving, present));
}

/** Strangers that an update has made: some never ran before they were given their names, or still wait for them. */
export function madeAmong(family: Family<SeenMember>): SeenMember[] {
  const strangers = strangersIn(family);
  const someNew = strangers.some(({ idle, startedAt }) => !idle && startedAt === -Infinity);
  return someNew || inPlace(family, "next").length > 0 ? strangers : [];
}

export function read(family: Family<SeenMember>): Reading {
  const leaving = inPlace(family, "leaving");
  switch (wayOf(family)) {
    case "anew":
      return { current: strangersIn(family).filter((member) => !isRelated(leaving, member)), previous: [] };
    case "forward":
      return reading(inPlace(family), leaving);
    case "back": {
      const strangers = strangersIn(family);
      const returning = without(strangers, madeAmong(family));
      return reading([...leaving, ...without(inPlace(family), strangers)], [...beside(family), ...returning]);
    }
  }
}

/** Whether containers have to be looked at themselves before they can be read: a listing has no times. */
export const isUndecided = (family: Family): boolean => inPlace(family, "leaving").length > 0;

/** Whether a change of a service goes on, or was cut off: its containers are not all where they should stay. */
export const isUnfinished = (family: Family): boolean =>
  family.some(({ role, active }) => (role === "previous" ? active : role !== undefined));

/** A family that is not undecided. */
export const readListed = <Kind extends Member>(family: Family<Kind>): Reading<Kind> =>
  reading(inPlace(family), beside(family));

const beside = <Kind extends Member>(family: Family<Kind>): Kind[] => [
  ...inPlace(family, "previous"),
  ...inPlace(family, "returning"),
];

const reading = <Kind extends Member>(current: readonly Kind[], before: readonly Kind[]): Reading<Kind> => ({
  current,
  previous: before.filter((member) => isRelated(current, member)),
});

export const isRelated = (members: readonly Member[], member: Member): boolean =>
  members.some((other) => related(other, member));
