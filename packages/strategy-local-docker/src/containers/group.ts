import type { ContainerDetails, ContainerSummary } from "@openfactory/docker-engine";
import { OPERATION_LABEL, REPLACES_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import { numberOf, type Place, placeOf, policyText, type Role, USUAL_POLICY } from "./names.js";
import { type ForeignOwner, foreignOwner } from "./other-orchestrators.js";

/** A container, as far as it matters for whose it is and in which place. */
export interface Member extends Place {
  id: string;
  name: string;
  /** What one deploy or update has made: all its containers have the same. */
  version: string;
  /** The version whose place it was made to take. */
  replaces?: string;
  /** The service that it is an emulated replica of. */
  replicaOf?: string;
  /** Made by this strategy. */
  ours: boolean;
  /** The other orchestrator that the container belongs to: then it is part of no service. */
  foreign?: ForeignOwner;
  /** It stands for a service of no replicas, and is not to run. */
  idle: boolean;
  /** Its process runs, or is about to be started again. */
  active: boolean;
}

/** A member as a listing tells it. */
export interface ListedMember extends Member {
  summary: ContainerSummary;
}

/** A member that was looked at itself: what no listing tells. Times are milliseconds of the epoch, -Infinity for never. */
export interface SeenMember extends Member {
  details: ContainerDetails;
  createdAt: number;
  startedAt: number;
  finishedAt: number;
  /** Its restart policy, as the engine has it now. */
  policyNow: string;
}

const ACTIVE: ReadonlySet<string> = new Set(["running", "restarting", "paused"]);

function memberOf(id: string, name: string, labels: Readonly<Record<string, string>>, state: string): Member {
  const replicaOf = labels[REPLICA_LABEL];
  const place = placeOf(name);
  const idle = replicaOf !== undefined && numberOf(replicaOf, place.base) === 0;
  const isKept = idle || place.role === "previous" || place.role === "returning";
  // A name that ends as if it told a policy, of what is not kept stopped, is just a name.
  const { base, role, policy } = place.policy !== undefined && !isKept ? { base: name } : ({ ...place } as Place);
  return {
    base,
    role,
    policy: isKept ? (policy ?? USUAL_POLICY) : undefined,
    id,
    name,
    version: labels[OPERATION_LABEL] ?? id,
    replaces: labels[REPLACES_LABEL],
    replicaOf,
    ours: labels[OPERATION_LABEL] !== undefined,
    foreign: foreignOwner(labels),
    idle,
    active: ACTIVE.has(state),
  };
}

export const listedMember = (summary: ContainerSummary): ListedMember => ({
  ...memberOf(summary.Id, listedName(summary), summary.Labels, summary.State),
  summary,
});

/** A container is listed with its links to others as further names: those hold a second slash. */
export const listedName = ({ Names, Id }: ContainerSummary): string =>
  Names.find((name) => name.lastIndexOf("/") === 0)?.slice(1) ?? Id;

export function seenMember(details: ContainerDetails): SeenMember {
  const { Config, Created, HostConfig, Id, Name, State } = details;
  return {
    ...memberOf(Id, Name.slice(1), Config.Labels, State.Status),
    details,
    createdAt: Date.parse(Created),
    startedAt: timeOf(State.StartedAt),
    finishedAt: timeOf(State.FinishedAt),
    policyNow: policyText(HostConfig.RestartPolicy),
  };
}

/** A container's zero time stands for never. */
const timeOf = (iso: string): number => (iso.startsWith("0001-") ? -Infinity : Date.parse(iso));

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
