import { type ContainerDetails, type ContainerSummary, listedName } from "@openfactory/docker-engine";
import {
  FILE_VOLUME_LABEL,
  OPERATION_LABEL,
  REPLACES_LABEL,
  REPLICA_LABEL,
  RESTART_LABEL,
} from "@openfactory/docker-translators";
import {
  type ContainerName,
  DEFAULT_RESTART_POLICY,
  formatRestartPolicy,
  parseContainerName,
  replicaNumber,
  type Role,
} from "./names.js";
import { type ForeignOwner, foreignOwner } from "./other-orchestrators.js";

/** A container, with its service and its role in it. */
export interface ServiceContainer extends ContainerName {
  id: string;
  name: string;
  /** The same for all containers that one deploy or update created. */
  version: string;
  /** The version that it was created to replace. */
  replaces?: string;
  /** The service of which it is an emulated replica. */
  replicaOf?: string;
  /** Created by this strategy. */
  managed: boolean;
  /** The other orchestrator that owns the container, which then belongs to no service. */
  foreign?: ForeignOwner;
  /** It fills the volume of a secret or config, never starts, and belongs to no service. */
  helper: boolean;
  /** It represents a service that has no replicas, and does not run. */
  placeholder: boolean;
  /** Its process runs, or the engine is about to restart it. */
  active: boolean;
}

/** A container as a listing shows it. */
export interface ListedContainer extends ServiceContainer {
  summary: ContainerSummary;
}

/** An inspected container, with data that no listing has. Times are milliseconds since the epoch, -Infinity for never. */
export interface InspectedContainer extends ServiceContainer {
  details: ContainerDetails;
  createdAt: number;
  startedAt: number;
  finishedAt: number;
  /** The restart policy that the engine applies now. */
  currentPolicy: string;
  /** The restart policy that it has while it is not stopped. */
  runningPolicy: string;
  /** It was stopped, and did not end by itself: its policy restarts a process that ends. */
  stopped: boolean;
}

/** The containers of one service, in any role. */
export type ServiceContainers<Container extends ServiceContainer = ServiceContainer> = readonly Container[];

const ACTIVE_STATES: ReadonlySet<string> = new Set(["running", "restarting", "paused"]);

/** The policies with which the engine restarts a process whatever its exit code is. */
export const RESTARTING_POLICIES: ReadonlySet<string> = new Set(["always", "unless-stopped"]);

export const toListedContainer = (summary: ContainerSummary): ListedContainer => ({
  ...toServiceContainer(summary.Id, listedName(summary), summary.Labels, summary.State),
  summary,
});

export function toInspectedContainer(details: ContainerDetails): InspectedContainer {
  const { Config, Created, HostConfig, Id, Name, State } = details;
  const container = toServiceContainer(Id, Name.slice(1), Config.Labels, State.Status);
  const currentPolicy = formatRestartPolicy(HostConfig.RestartPolicy);
  const stopped =
    State.Status === "exited" && !State.Error && RESTARTING_POLICIES.has(currentPolicy) && !container.placeholder;
  return {
    ...container,
    details,
    createdAt: Date.parse(Created),
    startedAt: toTime(State.StartedAt),
    finishedAt: toTime(State.FinishedAt),
    currentPolicy,
    runningPolicy: (stopped ? Config.Labels[RESTART_LABEL] : undefined) ?? currentPolicy,
    stopped,
  };
}

function toServiceContainer(
  id: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  state: string,
): ServiceContainer {
  const replicaOf = labels[REPLICA_LABEL];
  const parsed = parseContainerName(name);
  const placeholder = replicaOf !== undefined && replicaNumber(replicaOf, parsed.base) === 0;
  const isKept = placeholder || parsed.role === "previous" || parsed.role === "restoring";
  // Only containers that are kept stopped record a policy in their name: the ending of any other name means nothing.
  const { base, role, policy }: ContainerName = parsed.policy !== undefined && !isKept ? { base: name } : parsed;
  return {
    base,
    role,
    policy: isKept ? (policy ?? DEFAULT_RESTART_POLICY) : undefined,
    id,
    name,
    version: labels[OPERATION_LABEL] ?? id,
    replaces: labels[REPLACES_LABEL],
    replicaOf,
    managed: labels[OPERATION_LABEL] !== undefined,
    foreign: foreignOwner(labels),
    helper: labels[FILE_VOLUME_LABEL] !== undefined,
    placeholder,
    active: ACTIVE_STATES.has(state),
  };
}

/** The engine writes the year 1 for never. */
const toTime = (iso: string): number => (iso.startsWith("0001-") ? -Infinity : Date.parse(iso));

/**
 * Groups containers by their service. A container beside a service's name (`mill.previous`) belongs to the service if this
 * strategy created it, or if one of the two replaced the other; a container that another tool named like that is a
 * separate service. Containers of other orchestrators, and helpers, belong to no service.
 */
export function groupByService<Container extends ServiceContainer>(
  containers: readonly Container[],
): Map<string, ServiceContainers<Container>> {
  const own = containers.filter(({ foreign, helper }) => foreign === undefined && !helper);
  // Engines may have 100,000 containers, and one that is not trusted may list the same one as often: none is compared with
  // all others.
  const successions = new Map(
    [...Map.groupBy(own, serviceOf)].map(([service, others]) => [service, successionsOf(others)]),
  );
  const named = own.map((container) =>
    hasRole(container, successions.get(serviceOf(container))) ? container : withPlainName(container),
  );
  const groups = Map.groupBy(named, serviceOf);
  return new Map(
    [...groups].map(([service, group]) => [service, sortByReplica(service, withoutReplicas(service, group))]),
  );
}

/** The versions of some containers, and those that they were created to replace. */
interface Successions {
  versions: ReadonlySet<string>;
  replaced: ReadonlySet<string | undefined>;
}

const successionsOf = (containers: readonly ServiceContainer[]): Successions => ({
  versions: new Set(containers.map(({ version }) => version)),
  replaced: new Set(containers.map(({ replaces }) => replaces)),
});

/** @param others those of the service of its base name, itself included: emulated replicas may replace one container. */
const hasRole = ({ managed, version, replaces }: ServiceContainer, others: Successions | undefined): boolean =>
  managed ||
  others?.replaced.has(version) === true ||
  (replaces !== undefined && others?.versions.has(replaces) === true);

const withPlainName = <Container extends ServiceContainer>(container: Container): Container => ({
  ...container,
  base: container.name,
  role: undefined,
  policy: undefined,
});

const serviceOf = ({ base, replicaOf }: ServiceContainer): string =>
  replicaOf !== undefined && replicaNumber(replicaOf, base) !== undefined ? replicaOf : base;

/** If a container has the service's own name, replicas do not count. */
const withoutReplicas = <Container extends ServiceContainer>(
  service: string,
  group: readonly Container[],
): readonly Container[] =>
  group.some(({ name, replicaOf }) => name === service && replicaOf === undefined)
    ? group.filter(({ replicaOf, role }) => role !== undefined || replicaOf === undefined)
    : group;

const sortByReplica = <Container extends ServiceContainer>(service: string, group: readonly Container[]): Container[] =>
  group.toSorted((a, b) => (replicaNumber(service, a.base) ?? 0) - (replicaNumber(service, b.base) ?? 0));

/** Whether one of the two was created to replace the other. */
export const areSuccessive = (a: ServiceContainer, b: ServiceContainer): boolean =>
  a.replaces === b.version || b.replaces === a.version;

/** Without a role: the containers that have their base name. */
export const withRole = <Container extends ServiceContainer>(
  group: ServiceContainers<Container>,
  role?: Role,
): Container[] => group.filter((container) => container.role === role);

/** Those of `containers` that have the same version as one of `others`. */
export const ofSameVersions = <Container extends ServiceContainer>(
  others: readonly ServiceContainer[],
  containers: readonly Container[],
): Container[] => containers.filter(({ version }) => others.some((other) => other.version === version));

export const without = <Container extends ServiceContainer>(
  containers: readonly Container[],
  others: readonly Container[],
): Container[] => containers.filter((container) => !others.includes(container));
