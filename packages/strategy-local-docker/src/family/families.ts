import type { Member } from "./member.js";
import { numberOf, type Role } from "./place.js";

/** The containers of one service, in whichever place: `Kind` tells what is known of each. */
export type Family<Kind extends Member = Member> = readonly Kind[];

/**
 * Containers by the service that they belong to. One beside the name of a service (`mill.previous`) belongs to it if this
 * strategy made it, or one of the two took the other's place: what somebody else just called so is a service of its own.
 * Containers of another orchestrator are part of no service.
 */
export function familiesOf<Kind extends Member>(containers: readonly Kind[]): Map<string, Family<Kind>> {
  const members = containers.filter(({ foreign }) => foreign === undefined);
  const known = members.map((member) => (isBeside(member, members) ? member : byName(member)));
  const all = Map.groupBy(known, serviceOf);
  return new Map([...all].map(([service, family]) => [service, sorted(service, withoutOthers(service, family))]));
}

const isBeside = (member: Member, others: readonly Member[]): boolean =>
  member.ours || others.some((other) => other.base === member.base && related(member, other));

/** Called so by somebody else: it has its name. */
const byName = <Kind extends Member>(member: Kind): Kind => ({
  ...member,
  base: member.name,
  role: undefined,
  policy: undefined,
});

const serviceOf = ({ base, replicaOf }: Member): string =>
  replicaOf !== undefined && numberOf(replicaOf, base) !== undefined ? replicaOf : base;

/** Whether one was made to take the other's place. */
export const related = (a: Member, b: Member): boolean => a.replaces === b.version || b.replaces === a.version;

/** Where one container has the service's name, replicas that have it as well are not looked at. */
const withoutOthers = <Kind extends Member>(service: string, family: readonly Kind[]): readonly Kind[] =>
  family.some(({ name, replicaOf }) => name === service && replicaOf === undefined)
    ? family.filter(({ replicaOf, role }) => role !== undefined || replicaOf === undefined)
    : family;

const sorted = <Kind extends Member>(service: string, family: readonly Kind[]): Kind[] =>
  family.toSorted((a, b) => (numberOf(service, a.base) ?? 0) - (numberOf(service, b.base) ?? 0));

export const inPlace = <Kind extends Member>(family: Family<Kind>, role?: Role): Kind[] =>
  family.filter((member) => member.role === role);

/** Those of `members` that are of the same versions as `others`. */
export const ofVersions = <Kind extends Member>(others: readonly Member[], members: readonly Kind[]): Kind[] =>
  members.filter(({ version }) => others.some((other) => other.version === version));

export const without = <Kind extends Member>(members: readonly Kind[], others: readonly Kind[]): Kind[] =>
  members.filter((member) => !others.includes(member));
