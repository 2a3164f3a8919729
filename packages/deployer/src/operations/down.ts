import type { OpenFactoryServiceDeploymentStrategy, ServiceStatus } from "@openfactory/deploy-core";
import { type Removal, removeServices } from "../apply/remove-services.js";
import { removeResources } from "../apply/resources.js";
import { guarded } from "../model/errors.js";
import type { Observer } from "../model/events.js";
import type { DownPlan, PlannedRemoval } from "../model/plan.js";
import { dependents, type DesiredProject } from "../model/project.js";
import type { DownReport, RemovalVerdict, ResourceVerdict } from "../model/report.js";
import type { ProjectWarning } from "../model/warnings.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { compareAssets, declaredDevices, recordOfStatus } from "./assets.js";
import { type LockOptions, withLock } from "./lock.js";
import { assertConfirmed, findRemovals } from "../plan/plan-down.js";

export interface DownOptions extends LockOptions, ListenerOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** How many services are removed at the same time. Default 16. */
  concurrency?: number;
  /** How long each may take until it is gone, after its grace period, in milliseconds. Default 60000. */
  timeoutMs?: number;
  /** The volumes too, and with them their data. Default false. */
  volumes?: boolean;
  /** The plan that was confirmed: a run that would remove more than that ends with `CONFLICT`. Default: none is needed. */
  confirmed?: DownPlan;
}

/**
 * Removes what the run's files own: the services, dependents first, and then the networks, configs and secrets that were
 * made for them and that no other file uses; waits until all are gone. Labels say what a file owns, so what the file no
 * longer names goes too. What another file or project owns is left and reported. A failure does not stop the rest.
 * @param desired may name no apps at all, where only the project's name is known; without `files`, the whole project is
 * removed.
 * @throws DeploymentError when nothing can be removed at all: `CONFLICT` (another process changes the project; there is
 * more to remove than was confirmed), `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, ...
 */
export async function down(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: DownOptions = {},
): Promise<DownReport> {
  const strategy = guarded(unguarded, desired);
  const began = performance.now();
  const { signal, observer, timeoutMs, volumes, confirmed } = options;
  const first = await findRemovals(strategy, desired, { signal, volumes });
  const warnings: ProjectWarning[] = [];
  const warn = (warning: ProjectWarning): void => {
    warnings.push(warning);
    observer?.({ type: "warning", warning });
  };
  first.plan.warnings.forEach(warn);
  if (confirmed !== undefined) assertConfirmed(first.plan, confirmed);
  const left = tellLeft(first.plan, desired, observer);
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "down", signal, observer, warn };
  const tell = async (seen: readonly ServiceStatus[], services: readonly RemovalVerdict[]): Promise<void> => {
    const assets = [...assetsOfDown(seen, services), ...declaredDevices(desired.devices ?? [], "removed")];
    await deliverAssets(assets, { project: desired.project, platform: strategy.manifest.name }, options, warn);
  };
  const remove = async (): Promise<Pick<DownReport, "services" | "resources">> => {
    const { plan, seen } = confirmed === undefined ? first : await findRemovals(strategy, desired, { signal, volumes });
    if (confirmed !== undefined) assertConfirmed(plan, confirmed);
    const found = plan.services.filter(({ action }) => action === "remove");
    const made = plan.resources.filter(({ action }) => action === "remove");
    const services = await removeServices(strategy, inOrder(found, desired), { ...options, signal: () => signal });
    const resources = await removeResources(strategy, made, { signal, observer, timeoutMs });
    await tell(seen, services);
    return { services, resources };
  };
  if (!first.plan.hasChanges) await tell([], []);
  const removed = first.plan.hasChanges
    ? await withLock(strategy, desired.project, locked, remove)
    : { services: [], resources: [] };
  return {
    project: desired.project,
    platform: strategy.manifest.name,
    outcome: outcomeOf([...removed.services, ...removed.resources], signal),
    services: [...removed.services, ...left.services],
    resources: [...removed.resources, ...left.resources],
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}

const recordsOf = (services: readonly ServiceStatus[]) => services.map((status) => recordOfStatus(status));

/** The assets that are gone, and devices that are gone in part. */
function assetsOfDown(seen: readonly ServiceStatus[], removals: readonly RemovalVerdict[]) {
  const gone = new Set(removals.filter(({ outcome }) => outcome === "removed").map(({ service }) => service));
  const left = seen.filter(({ name }) => !gone.has(name));
  return compareAssets(recordsOf(seen), recordsOf(left), gone);
}

type Left = Pick<DownReport, "services" | "resources">;

/** What is left, each with its reason: services that have an app's name (a warning counts the project's others), and resources. */
function tellLeft({ services, resources }: DownPlan, { apps }: DesiredProject, observer: Observer | undefined): Left {
  const named = new Set(apps.map(({ service }) => service));
  const left = {
    services: services
      .filter(({ action, service }) => action === "keep" && named.has(service))
      .map(({ service, app, reason }): RemovalVerdict => ({ service, app, outcome: "foreign", reason, elapsedMs: 0 })),
    resources: resources
      .filter(({ action }) => action === "keep")
      .map(({ kind, name, reason }): ResourceVerdict => ({ kind, name, outcome: "kept", reason })),
  };
  for (const removal of left.services) observer?.({ type: "removal", removal });
  for (const resource of left.resources) observer?.({ type: "resource", resource });
  return left;
}

function inOrder(found: readonly PlannedRemoval[], { apps }: DesiredProject): Removal[] {
  const before = dependents(apps);
  return found.map(({ service, app }) => ({
    service,
    ...(app !== undefined && { app }),
    after: before.get(service) ?? [],
  }));
}

const outcomeOf = (
  verdicts: readonly { outcome: string }[],
  signal: AbortSignal | undefined,
): DownReport["outcome"] => {
  if (signal?.aborted && verdicts.some(({ outcome }) => outcome !== "removed")) return "interrupted";
  return verdicts.some(({ outcome }) => outcome === "failed") ? "failed" : "ok";
};
