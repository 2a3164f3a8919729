import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { carryOut } from "../apply/apply.js";
import { type ApplyOptions, startRun } from "../apply/run.js";
import { checkPreflight } from "../check/preflight.js";
import { guarded } from "../model/errors.js";
import type { DesiredProject } from "../model/project.js";
import type { UpReport } from "../model/report.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { assetsOfUp, declaredDevices } from "./assets.js";
import { type LockOptions, withLock } from "./lock.js";
import { refusePlan } from "../plan/findings.js";
import { type PlanOptions, prepare, type Prepared } from "../plan/plan.js";
import type { Results } from "../revert/revert.js";

export interface UpOptions extends Omit<PlanOptions, "refresh">, ApplyOptions, LockOptions, ListenerOptions {
  /**
   * Read the settings of every service, which finds manual changes on every platform. Default false: settings are
   * compared where the platform's listing holds them, and by the hash on the service elsewhere.
   */
  refresh?: boolean;
  /** Check the engine first for problems that would make a deploy fail, where the platform can. Default true. */
  preflight?: boolean;
}

/**
 * Brings a project to what it should be: checks all, looks once at what is there, plans, and carries the plan out. Where
 * all is as it should be, that costs one listing.
 * @returns what became of each app: failures are in the report.
 * @throws DeploymentError before anything was changed: `INVALID_REQUEST`, `UNSUPPORTED`, `CONFLICT` (something is
 * somebody else's; somebody else changes the project), what the preflight finds (`IMAGE_NOT_FOUND`,
 * `NETWORK_NOT_FOUND`, ...), `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, `ABORTED`, ...
 */
export async function up(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: UpOptions = {},
): Promise<UpReport> {
  const { refresh = false } = options;
  // What is checked lacks the resources that the platform does not make: their contents are secret all the same.
  const strategy = guarded(unguarded, desired);
  return applyUp(strategy, await prepare(strategy, desired, { ...options, refresh }), options);
}

/**
 * Carries out a plan: resources first, then apps in the order of their dependencies, independent ones at the same time,
 * then, where that is planned, what is no longer needed is removed. The first failure ends the run, and what it changed
 * is put back, unless `keepFailed`.
 * @throws DeploymentError before anything was changed: `CONFLICT` for a plan that can't be carried out, and for a project
 * that somebody else is changing; what the preflight finds. What goes wrong later is in the report.
 */
export async function applyUp(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  prepared: Prepared,
  options: UpOptions = {},
): Promise<UpReport> {
  const { checked, plan, listed } = prepared;
  const strategy = guarded(unguarded, checked);
  refusePlan(plan);
  const began = performance.now();
  const { observer, signal, preflight = true } = options;
  const run = startRun(strategy, prepared, options);
  const warnings = [...plan.warnings];
  for (const warning of warnings) observer?.({ type: "warning", warning });
  for (const { app, warnings: found } of checked.apps) run.warningsOf(app).add(...found);

  const warn = (warning: UpReport["warnings"][number]): void => {
    warnings.push(warning);
    observer?.({ type: "warning", warning });
  };
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "up", signal, observer, warn };
  const carryOutAndTell = async (): Promise<Results & { isInterrupted: boolean }> => {
    const carried = await carryOut(run, prepared, options);
    const isWhole = !run.hasFailed() && !carried.isInterrupted;
    const assets = [...assetsOfUp(prepared, carried), ...declaredDevices(isWhole ? checked.devices : [], "declared")];
    await deliverAssets(assets, { project: checked.project, platform: strategy.manifest.name }, options, warn);
    return carried;
  };
  const results = plan.hasChanges
    ? await withLock(strategy, checked.project, locked, async () => {
        if (preflight) await checkPreflight(strategy, plan, checked.apps, { signal, listed });
        return carryOutAndTell();
      })
    : await carryOutAndTell();

  const failures = [...results.orphans, ...results.resources].some(({ outcome }) => outcome === "failed");
  return {
    project: checked.project,
    platform: strategy.manifest.name,
    run: run.id,
    outcome: run.hasFailed() || failures ? "failed" : results.isInterrupted ? "interrupted" : "ok",
    apps: results.apps,
    orphans: results.orphans,
    resources: results.resources,
    compensation: results.compensation,
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}
