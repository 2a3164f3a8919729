import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { applyPlan } from "../apply/apply.js";
import { type ApplyOptions, startRun } from "../apply/run.js";
import { checkPreflight } from "../check/preflight.js";
import { whileAnswering } from "../model/answering.js";
import { withRedaction } from "../model/errors.js";
import { collectWarnings } from "../model/events.js";
import type { DesiredProject } from "../model/project.js";
import type { UpReport } from "../model/report.js";
import type { SavedPlan } from "../model/saved-plan.js";
import { assertNoConflicts } from "../plan/findings.js";
import { type PlanOptions, prepare, type PreparedPlan } from "../plan/plan.js";
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

/**
 * Brings a project to its desired state: checks it, observes the engine, plans, and applies the plan. Costs one listing if
 * nothing has changed.
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
  return applyUp(strategy, await prepare(strategy, desired, { ...options, refresh }), options);
}

/** Compares a saved plan with a new one before the lock is acquired, and again while it is held. */
async function upSaved(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  saved: SavedPlan,
  options: UpOptions,
): Promise<UpReport> {
  const { strict } = saved.options;
  const prepared = await prepareSaved(strategy, desired, saved, options);
  return applyUp(strategy, prepared, { ...options, strict }, async () => {
    await prepareSaved(strategy, desired, saved, { ...options, observer: undefined });
  });
}

/**
 * Runs the preflight and applies a plan while holding the project's lock, and delivers the changed assets.
 * @throws DeploymentError before any change: `CONFLICT` for a plan with conflicts, or if another process holds the lock; an
 * error of the preflight. Later failures are in the report.
 * @param recheck called once the lock is held, before any change.
 */
async function applyUp(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  prepared: PreparedPlan,
  options: UpOptions = {},
  recheck: () => Promise<void> = async () => {},
): Promise<UpReport> {
  const { checked, plan, listed } = prepared;
  const strategy = withRedaction(rawStrategy, checked);
  assertNoConflicts(plan);
  const began = performance.now();
  const { observer, signal, preflight = true } = options;
  const run = startRun(strategy, prepared, options);
  const { warnings, warn } = collectWarnings(observer);
  plan.warnings.forEach(warn);
  checked.apps.forEach(({ app }, index) => run.warningsOf(app).add(...(plan.apps[index]?.warnings ?? [])));

  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "up", signal, observer, warn };
  const applyAndDeliver = async (held: typeof strategy): Promise<RunResults & { isInterrupted: boolean }> => {
    const applied = await applyPlan({ ...run, strategy: held }, prepared, options);
    const isComplete = !run.hasFailed() && !applied.isInterrupted;
    const assets = [
      ...assetsOfUp(prepared, applied),
      ...declaredDevices(isComplete ? checked.devices : [], "declared"),
    ];
    await deliverAssets(assets, { project: checked.project, platform: strategy.manifest.name }, options, warn);
    return applied;
  };
  const takesLock = plan.hasChanges || options.forceUnlock === true;
  const results = takesLock
    ? await withLock(strategy, checked.project, locked, async (held) => {
        await recheck();
        if (preflight) await checkPreflight(strategy, plan, checked.apps, { signal, listed });
        return applyAndDeliver(held);
      })
    : await applyAndDeliver(strategy);

  const failures = [...results.orphans, ...results.resources].some(({ outcome }) => outcome === "failed");
  return {
    project: checked.project,
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
