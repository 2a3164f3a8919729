import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  requireCapability,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { checkServices } from "./check-services.js";
import { whileAnswering } from "../model/answering.js";
import { changeLimits, inOrder } from "../model/concurrency.js";
import { withRedaction } from "../model/errors.js";
import { collectWarnings } from "../model/events.js";
import { UUID_LABEL } from "../model/labels.js";
import { tracksOwnership } from "../model/ownership.js";
import { dependencies, type DesiredProject } from "../model/project.js";
import type { RollbackReport, RollbackVerdict } from "../model/report.js";
import { observe } from "../observe/observe.js";
import { ServiceWaits } from "../observe/service-waits.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { compareAssets, recordsOfProject } from "./assets.js";
import { blocksOthers, changeAndWait, type ChangeOptions, recheckApps, type SharedLimits } from "./change-apps.js";
import { chooseVersions, type RollbackCandidate } from "./choose-versions.js";
import { type LockOptions, withLock } from "./lock.js";

export interface RollbackOptions extends LockOptions, ListenerOptions, ChangeOptions {
  /**
   * Names of apps to switch to their previous version. Doing that twice returns an app to the newer version. Default: the
   * apps that the newest run changed, if they have an earlier version.
   */
  apps?: readonly string[];
  /** Number of apps that are rolled back at the same time. Default 32. */
  concurrency?: number;
}

/**
 * Restores the previous version of apps: of the named ones, or of all that the newest run changed, in the order of their
 * dependencies. Continues after a failure, and does not undo other rollbacks.
 * @param desired may have no apps, if only the project's name is known.
 * @returns the outcome of each app; failures are in the report.
 * @throws DeploymentError before any change: `UNSUPPORTED` (the platform keeps no previous versions), `NOT_FOUND` (an app is
 * not deployed), `POLICY_VIOLATION` (a policy forbids the previous version, or can't be checked for it), `CONFLICT` (another
 * process holds the lock), `ENGINE_UNREACHABLE`, ...
 */
export async function rollback(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: RollbackOptions = {},
): Promise<RollbackReport> {
  const strategy = whileAnswering(withRedaction(rawStrategy, desired));
  requireCapability(strategy, "rollback");
  if (!tracksOwnership(strategy)) requireCapability(strategy, "list");
  const began = performance.now();
  const { signal, observer, apps: names } = options;
  const { project, apps } = desired;
  const { warnings, warn } = collectWarnings(observer);
  const observed = await observe(
    strategy,
    apps.map(({ service }) => service),
    { project, signal },
  );
  const { candidates, run } = chooseVersions(desired, observed.services.values(), names);
  await checkServices(strategy, candidates.filter(willRollBack), { version: "previous", signal });
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "rollback", signal, observer, warn };
  const rollBackAndDeliver = async (held: typeof strategy): Promise<RollbackVerdict[]> => {
    const verdicts = await rollBackAll(held, desired, candidates, options);
    const assets = assetsOfRollback(observed.services, project, candidates, verdicts);
    await deliverAssets(assets, { project, platform: strategy.manifest.name }, options, warn);
    return verdicts;
  };
  const takesLock = candidates.some(willRollBack) || options.forceUnlock === true;
  const verdicts = takesLock
    ? await withLock(strategy, project, locked, rollBackAndDeliver)
    : await rollBackAndDeliver(strategy);
  return {
    project,
    platform: strategy.manifest.name,
    ...(run !== undefined && { run }),
    outcome: outcomeOf(verdicts, names !== undefined, signal),
    apps: verdicts,
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}

/** The assets of the services that were rolled back. */
function assetsOfRollback(
  services: ReadonlyMap<string, ServiceStatus>,
  project: string,
  candidates: readonly RollbackCandidate[],
  verdicts: readonly RollbackVerdict[],
) {
  const rolledBack = new Set(
    verdicts
      .filter(
        ({ outcome }) =>
          outcome === "running" || outcome === "completed" || outcome === "stopped" || outcome === "started",
      )
      .map(({ service }) => service),
  );
  const now = new Map(services);
  for (const [index, { service, status }] of candidates.entries()) {
    if (!rolledBack.has(service) || status.previous === undefined) continue;
    const { image, labels } = verdicts[index]?.status ?? status.previous;
    // A version that an earlier release deployed has no label with the UUID.
    const uuid = status.labels[UUID_LABEL];
    now.set(service, { ...status, image, labels: { ...(uuid !== undefined && { [UUID_LABEL]: uuid }), ...labels } });
  }
  return compareAssets(
    recordsOfProject(services.values(), project),
    recordsOfProject(now.values(), project),
    rolledBack,
  );
}

const willRollBack = ({ noVersionReason, skipReason }: RollbackCandidate): boolean =>
  noVersionReason === undefined && skipReason === undefined;

async function rollBackAll(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project, apps }: DesiredProject,
  candidates: readonly RollbackCandidate[],
  options: RollbackOptions,
): Promise<RollbackVerdict[]> {
  const began = performance.now();
  const report = (verdict: RollbackVerdict): RollbackVerdict => {
    options.observer?.({ type: "rollback", verdict });
    return verdict;
  };
  const waits = new ServiceWaits(options.timeoutMs);
  const limits = { limited: changeLimits(options.concurrency).update, waits };
  const rollingBack = new Set(candidates.filter(willRollBack).map(({ service }) => service));
  const dependenciesOf = dependencies(apps);
  const before = ({ service }: RollbackCandidate): string[] =>
    (dependenciesOf.get(service) ?? []).filter((needed) => rollingBack.has(needed));
  const verdicts = await inOrder<RollbackCandidate, RollbackVerdict>(candidates, before, async (candidate, first) =>
    report(await rollBackApp(strategy, candidate, first.find(blocksOthers)?.app, options, limits)),
  );
  return recheckApps(strategy, verdicts, waits, { ...options, project }, ({ status: _, ...earlier }, result) =>
    report({ ...earlier, ...result, elapsedMs: Math.round(performance.now() - began) }),
  );
}

async function rollBackApp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, service, status, noVersionReason, skipReason }: RollbackCandidate,
  causedBy: string | undefined,
  options: RollbackOptions,
  limits: SharedLimits,
): Promise<RollbackVerdict> {
  const began = performance.now();
  const verdict = (
    result: Pick<RollbackVerdict, "outcome" | "reason" | "causedBy" | "error" | "status">,
  ): RollbackVerdict => ({
    app,
    service,
    ...result,
    from: status.image,
    ...(status.previous && { to: status.previous.image }),
    elapsedMs: Math.round(performance.now() - began),
  });
  if (noVersionReason !== undefined) return verdict({ outcome: "no-previous", reason: noVersionReason });
  if (skipReason !== undefined) return verdict({ outcome: "skipped", reason: skipReason });
  if (causedBy !== undefined) return verdict({ outcome: "skipped", causedBy });
  const change = async (operationOptions: OperationOptions): Promise<undefined> => {
    await requireCapability(strategy, "rollback").rollback(service, operationOptions);
  };
  return verdict(
    await changeAndWait<never>(strategy, { app, service, phase: "rolling-back", change, ...limits }, options),
  );
}

/** `failed` also if no app was rolled back, or if a named app has no previous version. */
function outcomeOf(
  verdicts: readonly RollbackVerdict[],
  isNamed: boolean,
  signal: AbortSignal | undefined,
): RollbackReport["outcome"] {
  const has = (...outcomes: RollbackVerdict["outcome"][]): boolean =>
    verdicts.some(({ outcome }) => outcomes.includes(outcome));
  if (has("failed") || (isNamed && has("no-previous"))) return "failed";
  if (signal?.aborted && has("skipped", "started")) return "interrupted";
  return has("running", "completed", "stopped", "started") ? "ok" : "failed";
}
