import { type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import { type Removal, removeServices } from "../apply/remove-services.js";
import { removeResources } from "../apply/resources.js";
import { changeLimits } from "../model/concurrency.js";
import { whileAnswering } from "../model/answering.js";
import { withRedaction } from "../model/errors.js";
import { collectWarnings, type Observer } from "../model/events.js";
import type { DownPlan, PlannedRemoval } from "../model/plan.js";
import { dependents, type DesiredProject } from "../model/project.js";
import type { DownReport, RemovalVerdict, ResourceVerdict } from "../model/report.js";
import { assertConfirmed, assertRemovable, prepareDown } from "../plan/plan-down.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { compareAssets, declaredDevices, recordOfStatus, type ServiceRecord } from "./assets.js";
import { type LockOptions, withLock } from "./lock.js";

export interface DownOptions extends LockOptions, ListenerOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Number of services that are removed at the same time. Default 128. */
  concurrency?: number;
  /** Time limit of each removal after its grace period, in milliseconds, and 2000 more for each other removal. Default 60000. */
  timeoutMs?: number;
  /** Remove volumes too, with their data. Default false. */
  volumes?: boolean;
  /**
   * Names of the services to remove, with the resources that only they use. Default: all that the run's files own, and
   * their resources.
   */
  services?: readonly string[];
  /** The plan that the user confirmed: a run that would remove more fails with `CONFLICT`. Default: no confirmation. */
  confirmed?: DownPlan;
}

/**
 * Removes the services that the run's files own, dependents first, and then their networks, configs and secrets that no
 * other file uses. Waits until all are gone. Labels record what a file owns, so services that are no longer in the file are
 * removed, too. Services of other files and projects are kept and reported. Continues after a failure.
 * @param desired may have no apps, if only the project's name is known; without `files`, the whole project is removed.
 * @throws DeploymentError if nothing was removed: `CONFLICT` (another process holds the lock; there is more to remove than
 * was confirmed; a service of `services` belongs to something else), `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, ...
 */
export async function down(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: DownOptions = {},
): Promise<DownReport> {
  const strategy = whileAnswering(withRedaction(rawStrategy, desired));
  const began = performance.now();
  const { signal, observer, timeoutMs, confirmed } = options;
  const first = await prepare(strategy, desired, options);
  const { warnings, warn } = collectWarnings(observer);
  first.plan.warnings.forEach(warn);
  if (confirmed !== undefined) assertConfirmed(first.plan, confirmed);
  if (options.services !== undefined) assertRemovable(first.plan);
  const kept = reportKept(first.plan, desired, observer);
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "down", signal, observer, warn };
  const deliver = async (records: readonly ServiceRecord[], services: readonly RemovalVerdict[]): Promise<void> => {
    // A run for some services removes no device without services.
    const devices = options.services === undefined ? (desired.devices ?? []) : [];
    const assets = [...assetsOfDown(records, services), ...declaredDevices(devices, "removed")];
    await deliverAssets(assets, { project: desired.project, platform: strategy.manifest.name }, options, warn);
  };
  const remove = async (held: typeof strategy): Promise<Pick<DownReport, "services" | "resources">> => {
    // Another run may have changed the project before this one held the lock.
    const isOutdated = confirmed !== undefined || supports(strategy, "lock");
    const { plan, records } = isOutdated ? await prepare(strategy, desired, options) : first;
    if (confirmed !== undefined) assertConfirmed(plan, confirmed);
    const servicesToRemove = plan.services.filter(({ action }) => action === "remove");
    const resourcesToRemove = plan.resources.filter(({ action }) => action === "remove");
    const services = await removeServices(held, withDependents(servicesToRemove, desired), {
      limited: changeLimits(options.concurrency).remove,
      timeoutMs,
      observer,
      signal: () => signal,
    });
    const resources = await removeResources(held, resourcesToRemove, { signal, observer, timeoutMs });
    await deliver(records, services);
    return { services, resources };
  };
  const takesLock = first.plan.hasChanges || options.forceUnlock === true;
  if (!takesLock) await deliver([], []);
  const results = takesLock
    ? await withLock(strategy, desired.project, locked, remove)
    : { services: [], resources: [] };
  return {
    project: desired.project,
    platform: strategy.manifest.name,
    outcome: outcomeOf([...results.services, ...results.resources], signal),
    services: [...results.services, ...kept.services],
    resources: [...results.resources, ...kept.resources],
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}

interface PreparedDown {
  readonly plan: DownPlan;
  /** Of the services to remove. Their statuses are not kept, since there can be thousands. */
  readonly records: readonly ServiceRecord[];
}

async function prepare(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  { signal, volumes, services }: DownOptions,
): Promise<PreparedDown> {
  const { plan, removed } = await prepareDown(strategy, desired, { signal, volumes, services });
  return { plan, records: removed.map((status) => recordOfStatus(status)) };
}

/** The removed assets, and devices of which some services were removed. */
function assetsOfDown(records: readonly ServiceRecord[], removals: readonly RemovalVerdict[]) {
  const gone = new Set(removals.filter(({ outcome }) => outcome === "removed").map(({ service }) => service));
  const kept = records.filter(({ service }) => !gone.has(service));
  return compareAssets(records, kept, gone);
}

type Kept = Pick<DownReport, "services" | "resources">;

/** Reports kept resources, and kept services with the name of an app. A warning counts the other kept services. */
function reportKept({ services, resources }: DownPlan, { apps }: DesiredProject, observer: Observer | undefined): Kept {
  const named = new Set(apps.map(({ service }) => service));
  const kept = {
    services: services
      .filter(({ action, service }) => action === "keep" && named.has(service))
      .map(({ service, app, reason }): RemovalVerdict => ({ service, app, outcome: "foreign", reason, elapsedMs: 0 })),
    resources: resources
      .filter(({ action }) => action === "keep")
      .map(({ kind, name, reason }): ResourceVerdict => ({ kind, name, outcome: "kept", reason })),
  };
  for (const removal of kept.services) observer?.({ type: "removal", removal });
  for (const resource of kept.resources) observer?.({ type: "resource", resource });
  return kept;
}

function withDependents(servicesToRemove: readonly PlannedRemoval[], { apps }: DesiredProject): Removal[] {
  const before = dependents(apps);
  return servicesToRemove.map(({ service, app, restoresEarlier }) => ({
    service,
    ...(restoresEarlier && { restoresEarlier }),
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
