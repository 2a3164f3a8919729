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
import { describeOwnerOf, isOfProject, type Ownership, ownershipOf, tracksOwnership } from "../model/ownership.js";
import { changesAnything, type DownPlan, type PlannedRemoval, type PlannedResourceRemoval } from "../model/plan.js";
import type { DesiredProject } from "../model/project.js";
import { resourceId, resourcesOf } from "../model/resources.js";
import { otherFilesWarning, ownersUnknownWarning } from "../model/warnings.js";
import { observe } from "../observe/observe.js";
import { otherUsers } from "./plan-resources.js";

export interface PlanDownOptions extends OperationOptions {
  /** Remove volumes too, with their data. Default false. */
  volumes?: boolean;
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
  { volumes = false, listsVolumes = false, signal }: PlanDownOptions & { listsVolumes?: boolean },
): Promise<{ readonly plan: DownPlan; readonly removed: readonly ServiceStatus[] }> {
  checkApps(desired.apps);
  const platform = strategy.manifest.name;
  const services = tracksOwnership(strategy)
    ? await findServices(strategy, desired, signal)
    : desired.apps.map(({ service, key }): FoundService => ({
        ownership: "ours",
        planned: { service, app: key, action: "remove" },
      }));
  const listed = await listResources(strategy, desired, { volumes: volumes || listsVolumes, signal });
  const resources = planRemovals(listed, services, desired, { volumes, platform });
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
        ...otherFilesWarning(others, desired),
      ],
      hasChanges: changesAnything([...plannedServices, ...resources]),
    },
    removed: services.flatMap(({ status, ownership }) =>
      status !== undefined && ownership === "ours" ? [status] : [],
    ),
  };
}

/** A service of the project, or a service with the name of an app. */
interface FoundService {
  readonly ownership: Ownership;
  readonly status?: ServiceStatus;
  /** Undefined if the service is neither of the project nor has the name of an app. */
  readonly planned?: PlannedRemoval;
}

async function findServices(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  signal: AbortSignal | undefined,
): Promise<FoundService[]> {
  const names = new Map(desired.apps.map(({ service, key }) => [service, key]));
  const { services } = await observe(strategy, [...names.keys()], { signal, instances: false });
  return [...services.values()].map((status): FoundService => {
    const { name: service, labels } = status;
    const isNamed = names.has(service);
    const ownership = ownershipOf(labels, desired, isNamed);
    const app = names.get(service) ?? ownerOf(labels)?.app;
    const subject = {
      service,
      ...(app !== undefined && { app }),
      ...(labels[FILE_LABEL] !== undefined && { owner: describeOwnerOf(labels, desired) }),
    };
    if (ownership === "ours") return { ownership, status, planned: { ...subject, action: "remove" } };
    if (!isNamed && !isOfProject(ownership)) return { ownership, status };
    return {
      ownership,
      status,
      planned: { ...subject, action: "keep", reason: keepReason(ownership, labels, desired) },
    };
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
  { volumes, platform }: { volumes: boolean; platform: string },
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
    if (isOfOtherOwner && !named.has(id)) return [];

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
