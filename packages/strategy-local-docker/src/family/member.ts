import type { ContainerDetails, ContainerSummary } from "@openfactory/docker-engine";
import { OPERATION_LABEL, REPLACES_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import { type ForeignOwner, foreignOwner } from "../containers/foreign.js";
import { numberOf, type Place, placeOf, policyText, USUAL_POLICY } from "./place.js";

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
