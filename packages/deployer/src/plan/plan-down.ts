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
import { guarded } from "../model/errors.js";
import { FILE_LABEL, otherPlatform, ownerOf, PROJECT_LABEL, usesOf } from "../model/labels.js";
import { canTellOwners, isOfProject, type Ownership, ownershipOf, ownerTextOf } from "../model/ownership.js";
import type { DownPlan, PlannedRemoval, PlannedResourceRemoval } from "../model/plan.js";
import type { DesiredProject } from "../model/project.js";
import { resourceId, resourcesOf } from "../model/resources.js";
import { othersLeft, ownersUnknown } from "../model/warnings.js";
import { observe } from "../observe/observe.js";

export interface PlanDownOptions extends OperationOptions {
  /** The volumes too, and with them their data. Default false. */
  volumes?: boolean;
}

/**
 * What `down` would remove, and what it would leave and why, volumes among them. Changes nothing.
 * @param desired may name no apps at all, where only the project's name is known; without `files`, it is the whole project.
 * @throws DeploymentError `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, ...
 */
export async function planDown(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: PlanDownOptions = {},
): Promise<DownPlan> {
  return (await findRemovals(guarded(strategy, desired), desired, { ...options, listsVolumes: true })).plan;
}

/** A plan, and the services that it would remove, where the platform shows them. */
interface FoundRemovals {
  readonly plan: DownPlan;
  readonly seen: readonly ServiceStatus[];
}

/** As {@link planDown}; volumes that are left are asked for only where `listsVolumes` says so: that is one call more. */
export async function findRemovals(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  { volumes = false, listsVolumes = false, signal }: PlanDownOptions & { listsVolumes?: boolean },
): Promise<FoundRemovals> {
  checkApps(desired.apps);
  const platform = strategy.manifest.name;
  const services = canTellOwners(strategy)
    ? await findServices(strategy, desired, signal)
    : desired.apps.map(({ service, key }): Found => ({
        ownership: "ours",
        planned: { service, app: key, action: "remove" },
      }));
  const listed = await listResources(strategy, desired, { volumes: volumes || listsVolumes, signal });
  const resources = planRemovals(listed, services, desired, { volumes, platform });
  const others = services.flatMap(({ status, ownership }) => {
    const owner = status && ownerOf(status.labels);
    return owner === undefined || ownership === "ours" || ownership === "foreign" ? [] : [{ owner }];
  });
  const planned = services.map((found) => found.planned).filter((one) => one !== undefined);
  return {
    plan: {
      project: desired.project,
      platform,
      services: planned,
      resources,
      warnings: [...(canTellOwners(strategy) ? [] : [ownersUnknown(platform)]), ...othersLeft(others, desired)],
      hasChanges: [...planned, ...resources].some(({ action }) => action === "remove"),
    },
    seen: services.flatMap(({ status, ownership }) => (status !== undefined && ownership === "ours" ? [status] : [])),
  };
}

/** A service of the project, or one that has the name of an app. */
interface Found {
  readonly ownership: Ownership;
  readonly status?: ServiceStatus;
  /** Left out of what is neither the project's nor an app's. */
  readonly planned?: PlannedRemoval;
}

async function findServices(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  signal: AbortSignal | undefined,
): Promise<Found[]> {
  const names = new Map(desired.apps.map(({ service, key }) => [service, key]));
  const { services } = await observe(strategy, [...names.keys()], { signal, instances: false });
  return [...services.values()].map((status): Found => {
    const { name: service, labels } = status;
    const isNamed = names.has(service);
    const ownership = ownershipOf(labels, desired, isNamed);
    const app = names.get(service) ?? ownerOf(labels)?.app;
    const subject = {
      service,
      ...(app !== undefined && { app }),
      ...(labels[FILE_LABEL] !== undefined && { owner: ownerTextOf(labels, desired) }),
    };
    if (ownership === "ours") return { ownership, status, planned: { ...subject, action: "remove" } };
    if (!isNamed && !isOfProject(ownership)) return { ownership, status };
    return { ownership, status, planned: { ...subject, action: "keep", reason: whyLeft(ownership, labels, desired) } };
  });
}

function whyLeft(ownership: Ownership, labels: ServiceStatus["labels"], desired: DesiredProject): string {
  if (ownership === "unrecorded") return "No file is recorded as its owner; `ofdeploy down --all` removes it.";
  return `It belongs to ${ownerTextOf(labels, desired)}.`;
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
  services: readonly Found[],
  desired: DesiredProject,
  { volumes, platform }: { volumes: boolean; platform: string },
): PlannedResourceRemoval[] {
  const statuses = (action: "remove" | "keep"): ServiceStatus[] =>
    services.flatMap(({ planned, status }) =>
      status !== undefined && (planned?.action ?? "keep") === action ? [status] : [],
    );
  const removed = statuses("remove");
  const staying = statuses("keep").filter(({ labels }) => labels[PROJECT_LABEL] === desired.project);
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
    const owner = labels[FILE_LABEL] === undefined ? {} : { owner: ownerTextOf(labels, desired) };
    const remove = (): PlannedResourceRemoval[] => [{ kind, name, action: "remove", ...owner }];
    const keep = (reason: string): PlannedResourceRemoval[] => [{ kind, name, action: "keep", ...owner, reason }];
    const isAnothers = ownership === "other-file" || ownership === "other-directory";
    if (isAnothers && !named.has(id)) return [];

    const user = staying.find(({ labels: own }) => usesOf(own).includes(id));
    if (user !== undefined) return keep(`${appText(user, desired)} uses it.`);
    const earlier = staying.find(({ previous }) => usesOf(previous?.labels ?? {}).includes(id));
    if (earlier !== undefined) return keep(`A rollback of ${appText(earlier, desired)} needs it.`);
    if (kind === "volume" && !volumes) return keep("It may hold data; --volumes removes it.");
    const other = otherPlatform(labels, platform);
    if (other !== undefined)
      return keep(`It was made on the platform ${other}; remove it there (--platform ${other}).`);
    if (ownership === "ours") return remove();
    if (isAnothers) {
      // The last user takes down what is empty without it; data is its owner's.
      const isOwnerGone = !staying.some((status) => isOfOneFile(status.labels, labels));
      if (kind !== "volume" && usedByRemoved.has(id) && isOwnerGone) return remove();
      return keep(`It belongs to ${ownerTextOf(labels, desired)}.`);
    }
    if (kind !== "volume" && staying.length === 0) return remove();
    return keep("No file is recorded as its owner; `ofdeploy down --all` removes it.");
  });
}

const appText = ({ name, labels }: ServiceStatus, desired: DesiredProject): string =>
  `${ownerOf(labels)?.app ?? name} (${ownerTextOf(labels, desired)})`;

function isOfOneFile(a: ServiceStatus["labels"], b: ServiceStatus["labels"]): boolean {
  const [one, other] = [ownerOf(a), ownerOf(b)];
  return one?.file === other?.file && one?.directory === other?.directory;
}

const removals = ({ services, resources }: DownPlan): string[] => [
  ...services.filter(({ action }) => action === "remove").map(({ service }) => `service ${service}`),
  ...resources.filter(({ action }) => action === "remove").map((resource) => resourceId(resource).replace("/", " ")),
];

/**
 * Ends a run that would remove more than was confirmed. What has gone since is no obstacle.
 * @throws DeploymentError `CONFLICT`.
 */
export function assertConfirmed(now: DownPlan, confirmed: DownPlan): void {
  const known = new Set(removals(confirmed));
  const more = removals(now).filter((subject) => !known.has(subject));
  if (more.length === 0) return;
  throw new DeploymentError(
    "CONFLICT",
    `Since the list was confirmed, this was added: ${more.join(", ")}. Nothing was removed.`,
    {
      hint: "Run the command again, and check its list.",
    },
  );
}
