import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  parseRequest,
  type Resource,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { checkApps } from "../check/check-project.js";
import { withRedaction } from "../model/errors.js";
import { FILE_LABEL, otherPlatform, ownerOf, PROJECT_LABEL, usesOf } from "../model/labels.js";
import {
  describeOwnerOf,
  isOfProject,
  type Ownership,
  ownershipOf,
  servicesOfTwoOwners,
  tracksOwnership,
} from "../model/ownership.js";
import { changesAnything, type DownPlan, type PlannedRemoval, type PlannedResourceRemoval } from "../model/plan.js";
import type { DesiredProject } from "../model/project.js";
import { resourceId, resourcesOf } from "../model/resources.js";
import { otherFilesWarning, ownersUnknownWarning, type ProjectWarning } from "../model/warnings.js";
import { observe } from "../observe/observe.js";
import { otherUsers } from "./plan-resources.js";

export interface PlanDownOptions extends OperationOptions {
  /** Remove volumes too, with their data. Default false. */
  volumes?: boolean;
  /**
   * Names of the services to remove, with the resources that only they use. Other services and resources are neither
   * removed nor reported. Default: all that the run's files own.
   */
  services?: readonly string[];
}

/**
 * Plans what `down` would remove, and what it would keep and why, including volumes. Changes nothing.
 * @param desired may have no apps, if only the project's name is known; without `files`, it covers the whole project.
 * @throws DeploymentError `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, ...
 */
export async function planDown(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: PlanDownOptions = {},
): Promise<DownPlan> {
  return (await prepareDown(withRedaction(strategy, desired), desired, { ...options, listsVolumes: true })).plan;
}

/**
 * As {@link planDown}, with the status of the services to remove.
 * @param options.listsVolumes include volumes that are kept. Default false: this saves one call.
 */
export async function prepareDown(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  { volumes = false, listsVolumes = false, services: named, signal }: PlanDownOptions & { listsVolumes?: boolean },
): Promise<{ readonly plan: DownPlan; readonly removed: readonly ServiceStatus[] }> {
  checkApps(desired.apps);
  const platform = strategy.manifest.name;
  const selected = named === undefined ? undefined : new Set(named);
  const services = tracksOwnership(strategy)
    ? await findServices(strategy, desired, selected, signal)
    : desired.apps
        .filter(({ service }) => selected?.has(service) ?? true)
        .map(({ service, key }): FoundService => ({
          ownership: "ours",
          planned: { service, app: key, action: "remove" },
        }));
  const listed = await listResources(strategy, desired, { volumes: volumes || listsVolumes, signal });
  const resources = planRemovals(listed, services, desired, { volumes, platform, isPartial: selected !== undefined });
  const others = services.flatMap(({ status, ownership }) => {
    const owner = status && ownerOf(status.labels);
    return owner === undefined || ownership === "ours" || ownership === "foreign" ? [] : [{ owner }];
  });
  const plannedServices = services.flatMap(({ planned }) => planned ?? []);
  return {
    plan: {
      project: desired.project,
      platform,
      services: plannedServices,
      resources,
      warnings: [
        ...(tracksOwnership(strategy) ? [] : [ownersUnknownWarning(platform)]),
        ...(selected === undefined
          ? otherFilesWarning(others, desired)
          : dependentsWarnings(desired, selected, services)),
      ],
      hasChanges: changesAnything([...plannedServices, ...resources]),
    },
    removed: services.flatMap(({ status, ownership }) =>
      status !== undefined && status.versionOf === undefined && ownership === "ours" ? [status] : [],
    ),
  };
}

const RESTORED = "Its change was interrupted. The version before it, which belongs to something else, is restored.";

/** A service of the project, or a service with the name of an app. */
interface FoundService {
  readonly ownership: Ownership;
  readonly status?: ServiceStatus;
  /** Undefined if the service is not selected, or is neither of the project nor has the name of an app. */
  readonly planned?: PlannedRemoval;
}

async function findServices(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  selected: ReadonlySet<string> | undefined,
  signal: AbortSignal | undefined,
): Promise<FoundService[]> {
  const names = new Map(desired.apps.map(({ service, key }) => [service, key]));
  const wanted = new Set([...names.keys(), ...(selected ?? [])]);
  const { services, versions } = await observe(strategy, [...wanted], {
    signal,
    instances: false,
    project: desired.project,
  });
  const ofTwoOwners = servicesOfTwoOwners(versions, desired);
  const found = [...services.values()].map((status): FoundService => {
    const { name: service, labels } = status;
    const isNamed = names.has(service);
    const ownership = ownershipOf(labels, desired, isNamed);
    const app = names.get(service) ?? ownerOf(labels)?.app;
    const subject = {
      service,
      ...(app !== undefined && { app }),
      ...(labels[FILE_LABEL] !== undefined && { owner: describeOwnerOf(labels, desired) }),
    };
    if (selected?.has(service) === false) return { ownership, status };
    if (ownership === "ours" && ofTwoOwners.has(service))
      return { ownership, status, planned: { ...subject, action: "remove", restoresEarlier: true, reason: RESTORED } };
    if (ownership === "ours") return { ownership, status, planned: { ...subject, action: "remove" } };
    if (!isNamed && !isOfProject(ownership)) return { ownership, status };
    return {
      ownership,
      status,
      planned: { ...subject, action: "keep", reason: keepReason(ownership, labels, desired) },
    };
  });
  const removed = new Set(found.flatMap(({ planned }) => (planned?.action === "remove" ? [planned.service] : [])));
  return [
    ...found,
    ...versions.map((status): FoundService => {
      const { name, versionOf = name, labels } = status;
      const ownership = ownershipOf(labels, desired, names.has(versionOf));
      // The service is removed with all its versions.
      const isPlanned = ownership === "ours" && !removed.has(versionOf) && (selected?.has(versionOf) ?? true);
      if (!isPlanned) return { ownership, status };
      const reason = `Left by an interrupted change of service ${versionOf}.`;
      return { ownership, status, planned: { service: name, versionOf, action: "remove", reason } };
    }),
  ];
}

/** A warning for each app that depends on a service to remove, is not removed itself, and is not stopped. */
function dependentsWarnings(
  { apps }: DesiredProject,
  selected: ReadonlySet<string>,
  found: readonly FoundService[],
): ProjectWarning[] {
  const states = new Map(found.flatMap(({ status }) => (status === undefined ? [] : [[status.name, status.state]])));
  const keys = new Map(apps.map(({ service, key }) => [service, key]));
  return apps.flatMap(({ key, service, dependsOn }): ProjectWarning[] => {
    const removed = dependsOn.filter(
      (dependency) => selected.has(dependency.service) && states.has(dependency.service),
    );
    const isRunning = ["running", "pending"].includes(states.get(service) ?? "");
    if (selected.has(service) || removed.length === 0 || !isRunning) return [];
    const list = removed.map((dependency) => keys.get(dependency.service)).join(" and ");
    const reason = `App ${key} depends on ${list} and still runs. \`ofdeploy down ${key}\` removes it.`;
    return [{ code: "DEPENDENTS_RUN", service, reason }];
  });
}

const NO_FILE = "No owner file is recorded. `ofdeploy down --all` removes it.";

function keepReason(ownership: Ownership, labels: ServiceStatus["labels"], desired: DesiredProject): string {
  if (ownership === "unrecorded") return NO_FILE;
  return `Belongs to ${describeOwnerOf(labels, desired)}.`;
}

async function listResources(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project }: DesiredProject,
  { volumes = false, signal }: PlanDownOptions,
): Promise<Resource[]> {
  if (!supports(strategy, "resources")) return [];
  const kinds = strategy.resourceKinds.filter((kind) => volumes || kind !== "volume");
  return strategy.listResources({ signal, kinds, labels: { [PROJECT_LABEL]: project } });
}

function planRemovals(
  listed: readonly Resource[],
  services: readonly FoundService[],
  desired: DesiredProject,
  { volumes, platform, isPartial }: { volumes: boolean; platform: string; isPartial: boolean },
): PlannedResourceRemoval[] {
  const statuses = (action: "remove" | "keep"): ServiceStatus[] =>
    services.flatMap(({ planned, status }) =>
      status !== undefined && (planned?.action ?? "keep") === action ? [status] : [],
    );
  const removed = statuses("remove");
  const remaining = statuses("keep").filter(({ labels }) => labels[PROJECT_LABEL] === desired.project);
  const users = otherUsers(remaining, desired);
  const usedByRemoved = new Set(
    removed.flatMap(({ labels, previous }) => [...usesOf(labels), ...usesOf(previous?.labels ?? {})]),
  );
  const named = new Set([
    ...(desired.resources ?? []).map(({ spec }) => resourceId(spec)),
    ...desired.apps.flatMap(({ request }) => resourcesOf(parseRequest(request))),
    ...usedByRemoved,
  ]);

  return listed.flatMap((resource): PlannedResourceRemoval[] => {
    const { kind, name, labels } = resource;
    const id = resourceId(resource);
    const ownership = ownershipOf(labels, desired, named.has(id));
    const owner = labels[FILE_LABEL] === undefined ? {} : { owner: describeOwnerOf(labels, desired) };
    const remove = (): PlannedResourceRemoval[] => [{ kind, name, action: "remove", ...owner }];
    const keep = (reason: string): PlannedResourceRemoval[] => [{ kind, name, action: "keep", ...owner, reason }];
    const isOfOtherOwner = ownership === "other-file" || ownership === "other-directory";
    if ((isOfOtherOwner && !named.has(id)) || (isPartial && !usedByRemoved.has(id))) return [];

    const user = users.get(id);
    if (user !== undefined) return keep(user);
    if (kind === "volume" && !volumes) return keep("May contain data. Pass --volumes to remove.");
    const other = otherPlatform(labels, platform);
    if (other !== undefined) return keep(`Created on the platform ${other}. Pass --platform ${other} to remove.`);
    if (ownership === "ours") return remove();
    if (isOfOtherOwner) {
      // The last user also removes resources of other files, but not volumes: their data belongs to the owner.
      const isOwnerGone = !remaining.some((status) => hasSameFile(status.labels, labels));
      if (kind !== "volume" && usedByRemoved.has(id) && isOwnerGone) return remove();
      return keep(`Belongs to ${describeOwnerOf(labels, desired)}.`);
    }
    if (kind !== "volume" && remaining.length === 0) return remove();
    return keep(NO_FILE);
  });
}

function hasSameFile(a: ServiceStatus["labels"], b: ServiceStatus["labels"]): boolean {
  const [one, other] = [ownerOf(a), ownerOf(b)];
  return one?.file === other?.file && one?.directory === other?.directory;
}

const removals = ({ services, resources }: DownPlan): string[] => [
  ...services.filter(({ action }) => action === "remove").map(({ service }) => `service ${service}`),
  ...resources.filter(({ action }) => action === "remove").map((resource) => resourceId(resource).replace("/", " ")),
];

/**
 * Ends a run that would remove more than the user confirmed. It may remove less.
 * @throws DeploymentError `CONFLICT`.
 */
export function assertConfirmed(now: DownPlan, confirmed: DownPlan): void {
  const known = new Set(removals(confirmed));
  const more = removals(now).filter((subject) => !known.has(subject));
  if (more.length === 0) return;
  throw new DeploymentError(
    "CONFLICT",
    `The list of removals has changed since the confirmation. New: ${more.join(", ")}. Nothing was removed.`,
    {
      hint: "Run the command again and check the new list.",
    },
  );
}

/**
 * Ends a run for named services that would keep one of them.
 * @throws DeploymentError `CONFLICT`.
 */
export function assertRemovable({ services }: DownPlan): void {
  // Only what an interrupted adoption left is removed.
  const withVersion = new Set(services.map(({ versionOf }) => versionOf));
  const kept = services.find(({ action, service }) => action === "keep" && !withVersion.has(service));
  if (kept === undefined) return;
  const { service, reason = "" } = kept;
  throw new DeploymentError("CONFLICT", `Service ${service} can't be removed. ${reason} Nothing was removed.`, {
    service,
    hint: "Pass -f <path> with the file that owns it, or remove its name.",
  });
}
