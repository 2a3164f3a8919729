import {
  DeploymentError,
  limit,
  type OpenFactoryServiceDeploymentStrategy,
  requireCapability,
  type ServiceStatus,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { Milestones } from "../model/concurrency.js";
import { asDeploymentError, withRedaction } from "../model/errors.js";
import { type Observer, progressObserver } from "../model/events.js";
import { UUID_LABEL } from "../model/labels.js";
import { tracksOwnership } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import type { RollbackReport, RollbackVerdict } from "../model/report.js";
import type { ProjectWarning } from "../model/warnings.js";
import { observe, withoutSettings } from "../observe/observe.js";
import { waitUntilRunning } from "../observe/observed-service.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { compareAssets, recordsOfProject } from "./assets.js";
import { chooseVersions, type RollbackCandidate } from "./choose-versions.js";
import { type LockOptions, withLock } from "./lock.js";

export interface RollbackOptions extends LockOptions, ListenerOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /**
   * Names of apps to switch to their previous version. Doing that twice returns an app to the newer version. Default: the
   * apps that the newest run changed, if they have an earlier version.
   */
  apps?: readonly string[];
  /** As in `UpOptions`. */
  wait?: boolean;
  /** As in `UpOptions`. */
  timeoutMs?: number;
  /** As in `UpOptions`. */
  settleMs?: number;
  /** Number of apps that are rolled back at the same time. Default 4. */
  concurrency?: number;
}

/**
 * Restores the previous version of apps: of the named ones, or of all that the newest run changed, in the order of their
 * dependencies. Continues after a failure, and does not undo other rollbacks.
 * @param desired may have no apps, if only the project's name is known.
 * @returns the outcome of each app; failures are in the report.
 * @throws DeploymentError before any change: `UNSUPPORTED` (the platform keeps no previous versions), `NOT_FOUND` (an app is
 * not deployed), `CONFLICT` (another process holds the lock), `ENGINE_UNREACHABLE`, ...
 */
export async function rollback(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: RollbackOptions = {},
): Promise<RollbackReport> {
  const strategy = withRedaction(rawStrategy, desired);
  requireCapability(strategy, "rollback");
  if (!tracksOwnership(strategy)) requireCapability(strategy, "list");
  const began = performance.now();
  const { signal, observer, apps: names } = options;
  const { project, apps } = desired;
  const warnings: ProjectWarning[] = [];
  const warn = (warning: ProjectWarning): void => {
    warnings.push(warning);
    observer?.({ type: "warning", warning });
  };
  const observed = await observe(
    strategy,
    apps.map(({ service }) => service),
    { signal },
  );
  const { candidates, run } = chooseVersions(desired, observed.services.values(), names);
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "rollback", signal, observer, warn };
  const rollBackAndDeliver = async (): Promise<RollbackVerdict[]> => {
    const verdicts = await rollBackAll(strategy, desired, candidates, options);
    const assets = assetsOfRollback(observed.services, project, candidates, verdicts);
    await deliverAssets(assets, { project, platform: strategy.manifest.name }, options, warn);
    return verdicts;
  };
  const hasChanges = candidates.some(willRollBack);
  const verdicts = hasChanges
    ? await withLock(strategy, project, locked, rollBackAndDeliver)
    : await rollBackAndDeliver();
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
  { apps }: DesiredProject,
  candidates: readonly RollbackCandidate[],
  options: RollbackOptions,
): Promise<RollbackVerdict[]> {
  const limited = limit(options.concurrency ?? 4);
  const milestones = new Milestones();
  const rollingBack = new Map(
    candidates.flatMap((candidate) => (willRollBack(candidate) ? [[candidate.service, candidate.app] as const] : [])),
  );
  const dependenciesOf = new Map(apps.map(({ service, dependsOn }) => [service, dependsOn]));
  return Promise.all(
    candidates.map(async (candidate): Promise<RollbackVerdict> => {
      const { service } = candidate;
      const dependencies = (dependenciesOf.get(service) ?? []).filter((needed) => rollingBack.has(needed.service));
      const ready = await Promise.all(dependencies.map((needed) => milestones.until(needed.service, "ready")));
      const blocker = dependencies[ready.indexOf(false)];
      const causedBy = blocker && rollingBack.get(blocker.service);
      const verdict = await rollBackApp(strategy, candidate, causedBy, options, limited);
      if (verdict.outcome === "failed" || verdict.outcome === "skipped") milestones.giveUp(service);
      else milestones.reach(service, "ready");
      options.observer?.({ type: "rollback", verdict });
      return verdict;
    }),
  );
}

async function rollBackApp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, service, status, noVersionReason, skipReason }: RollbackCandidate,
  causedBy: string | undefined,
  { signal, observer, wait = true, timeoutMs = 120_000, settleMs }: RollbackOptions,
  limited: ReturnType<typeof limit>,
): Promise<RollbackVerdict> {
  const began = performance.now();
  const verdict = (outcome: RollbackVerdict["outcome"], more: Partial<RollbackVerdict> = {}): RollbackVerdict => ({
    app,
    service,
    outcome,
    from: status.image,
    ...(status.previous && { to: status.previous.image }),
    ...more,
    elapsedMs: Math.round(performance.now() - began),
  });
  if (noVersionReason !== undefined) return verdict("no-previous", { reason: noVersionReason });
  if (skipReason !== undefined) return verdict("skipped", { reason: skipReason });
  if (causedBy !== undefined) return verdict("skipped", { causedBy });
  const reportPhase = (phase: "rolling-back" | "waiting"): void => observer?.({ type: "phase", app, service, phase });
  let isRolledBack = false;
  try {
    const limits = { signal, observer: progressObserver(app, service, observer) };
    await limited(async () => {
      throwIfAborted(signal, { service });
      reportPhase("rolling-back");
      await requireCapability(strategy, "rollback").rollback(service, limits);
      isRolledBack = true;
    });
    if (!wait) return verdict("started");
    reportPhase("waiting");
    const now = await waitUntilRunning(strategy, service, {
      ...limits,
      timeoutMs,
      ...(settleMs !== undefined && { settleMs }),
    });
    if (now === undefined) return verdict("started");
    const { state } = now;
    return verdict(state === "completed" || state === "stopped" ? state : "running", { status: withoutSettings(now) });
  } catch (error) {
    if (signal?.aborted && DeploymentError.isInstance(error, "ABORTED"))
      return verdict(isRolledBack ? "started" : "skipped");
    return verdict("failed", { error: asDeploymentError(error, service, strategy) });
  }
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
