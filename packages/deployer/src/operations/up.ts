import { type OpenFactoryServiceDeploymentStrategy, supports } from "@openfactory/deploy-core";
import { applyPlan } from "../apply/apply.js";
import { type ApplyOptions, type Run, startRun } from "../apply/run.js";
import { checkPreflight } from "../check/preflight.js";
import { whileAnswering } from "../model/answering.js";
import { withRedaction } from "../model/errors.js";
import { collectWarnings } from "../model/events.js";
import type { DesiredProject } from "../model/project.js";
import type { UpReport } from "../model/report.js";
import type { SavedPlan } from "../model/saved-plan.js";
import { assertNoConflicts } from "../plan/findings.js";
import { type PlanOptions, prepare, prepareAgain, type PreparedPlan } from "../plan/plan.js";
import { prepareSaved } from "../plan/saved-plan.js";
import type { RunResults } from "../revert/revert.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { assetsOfUp, declaredDevices } from "./assets.js";
import { type LockOptions, withLock } from "./lock.js";

export interface UpOptions extends Omit<PlanOptions, "refresh">, ApplyOptions, LockOptions, ListenerOptions {
  /**
   * Read the settings of every service, which finds manual changes on every platform. Default false: settings are
   * compared where the platform's listing holds them, and by the hash on the service elsewhere.
   */
  refresh?: boolean;
  /** Check the engine first for problems that would make a deploy fail, where the platform can. Default true. */
  preflight?: boolean;
  /**
   * Apply exactly this plan: its options replace those of the run, and the settings of every service are read. The run is
   * rejected with `CONFLICT` if the files or the engine differ from the plan. Default: the run makes its own plan.
   */
  saved?: SavedPlan;
}

/** The results of a run, with the run. */
type AppliedRun = RunResults & { isInterrupted: boolean; run: Run };

/**
 * Brings a project to its desired state: checks it, observes the engine, plans, and applies the plan. Costs one listing if
 * nothing has changed. If something has, observes the engine again while it holds the lock, and plans again if another run
 * changed the project since.
 * @returns the outcome of each app; failures are in the report.
 * @throws DeploymentError before any change: `INVALID_REQUEST`, `UNSUPPORTED`, `CONFLICT` (a service belongs to something
 * else; another process holds the lock), an error of the preflight (`IMAGE_NOT_FOUND`, `NETWORK_NOT_FOUND`, ...),
 * `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, `ABORTED`, ...
 */
export async function up(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: UpOptions = {},
): Promise<UpReport> {
  const { refresh = false, saved } = options;
  // Not the checked project: that lacks the resources that the platform can't create, whose content is secret, too.
  const strategy = whileAnswering(withRedaction(rawStrategy, desired));
  if (saved !== undefined) return upSaved(strategy, desired, saved, options);
  const limits = { ...options, refresh };
  const first = await prepare(strategy, desired, limits);
  // Without a lock, the state can change after any observation.
  return applyUp(strategy, first, options, async () =>
    supports(strategy, "lock") ? prepareAgain(strategy, first, limits) : first,
  );
}

/** Compares a saved plan with a new one before the lock is acquired, and again while it is held. */
async function upSaved(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  saved: SavedPlan,
  options: UpOptions,
): Promise<UpReport> {
  const { strict } = saved.options;
  const first = await prepareSaved(strategy, desired, saved, options);
  return applyUp(strategy, first, { ...options, strict }, () =>
    prepareSaved(strategy, desired, saved, { ...options, observer: undefined }),
  );
}

/**
 * Runs the preflight and applies a plan while holding the project's lock, and delivers the changed assets. Without changes,
 * applies the plan without the lock.
 * @param prepareLocked plans from the state while the lock is held: another run may have changed the project since.
 * @throws DeploymentError before any change: `CONFLICT` for a plan with conflicts, or if another process holds the lock; an
 * error of the preflight. Later failures are in the report.
 */
async function applyUp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  first: PreparedPlan,
  options: UpOptions,
  prepareLocked: () => Promise<PreparedPlan>,
): Promise<UpReport> {
  const { project } = first.checked;
  assertNoConflicts(first.plan);
  const began = performance.now();
  const { observer, signal, preflight = true } = options;
  const { warnings, warn } = collectWarnings(observer);

  const applyAndDeliver = async (held: typeof strategy, prepared: PreparedPlan): Promise<AppliedRun> => {
    const { checked, plan } = prepared;
    const run = startRun(held, prepared, options);
    plan.warnings.forEach(warn);
    checked.apps.forEach(({ app }, index) => run.warnings.add(app, plan.apps[index]?.warnings ?? []));
    if (preflight && plan.hasChanges) {
      await checkPreflight(held, plan, checked.apps, { signal, listed: prepared.observed?.listed });
    }
    const applied = await applyPlan(run, prepared, options);
    const isComplete = !run.hasFailed() && !applied.isInterrupted;
    const assets = [
      ...assetsOfUp(prepared, applied),
      ...declaredDevices(isComplete ? checked.devices : [], "declared"),
    ];
    await deliverAssets(assets, { project, platform: strategy.manifest.name }, options, warn);
    return { ...applied, run };
  };
  const applyLocked = async (held: typeof strategy): Promise<AppliedRun> => {
    const prepared = await prepareLocked();
    assertNoConflicts(prepared.plan);
    return applyAndDeliver(held, prepared);
  };
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "up", signal, observer, warn };
  const takesLock = first.plan.hasChanges || options.forceUnlock === true;
  const { run, ...results } = takesLock
    ? await withLock(strategy, project, locked, applyLocked)
    : await applyAndDeliver(strategy, first);

  const failures = [...results.orphans, ...results.resources].some(({ outcome }) => outcome === "failed");
  return {
    project,
    platform: strategy.manifest.name,
    run: run.id,
    outcome: run.hasFailed() || failures ? "failed" : results.isInterrupted ? "interrupted" : "ok",
    apps: results.apps,
    orphans: results.orphans,
    resources: results.resources,
    revertSteps: results.revertSteps,
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}
