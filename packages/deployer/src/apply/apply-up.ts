import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { assetsOfUp, declaredDevices } from "../assets/assets-of-up.js";
import { deliverAssets } from "../assets/deliver-assets.js";
import { putBack } from "../compensate/put-back.js";
import { withLock } from "../lock/with-lock.js";
import type { Prepared } from "../plan/prepare.js";
import { refusePlan } from "../plan/refuse-plan.js";
import { checkPreflight } from "../preflight/check-preflight.js";
import { makeResources } from "../resources/make-resources.js";
import { removeResources } from "../resources/remove-resources.js";
import { bringUp } from "./bring-up.js";
import { asPutBack, type Results } from "./put-back-results.js";
import { removeOrphans } from "./remove-orphans.js";
import { startRun } from "./start-run.js";
import type { UpOptions } from "./up-options.js";
import type { UpReport } from "./up-report.js";
import type { UpRun } from "./up-run.js";
import { guarded } from "../secrecy.js";

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

async function carryOut(
  run: UpRun,
  prepared: Prepared,
  options: UpOptions,
): Promise<Results & { isInterrupted: boolean }> {
  const { checked, plan } = prepared;
  const { observer, keepFailed = false } = options;
  const made = await makeResources(checked.resources, plan.resources, run);
  const isPutBack = (): boolean => run.signal.aborted && !keepFailed;
  const apps = await Promise.all(
    checked.apps.map(async (app, index) => {
      const verdict = await bringUp(app, plan.apps[index] ?? missing(app.app.key), run);
      if (!(isPutBack() && run.journal.of(app.app.service))) observer?.({ type: "verdict", verdict });
      return verdict;
    }),
  );
  // What may still be needed to go back stays until all else is done.
  const isWhole = (): boolean => !run.hasFailed() && !run.signal.aborted;
  const orphans = await removeOrphans(isWhole() ? plan.orphans : [], run);
  const results: Results = { apps, orphans, resources: made, compensation: [] };
  if (isPutBack()) return { ...(await takeBack(run, results, prepared, options)), isInterrupted: !run.hasFailed() };
  if (!isWhole()) return { ...results, isInterrupted: run.signal.aborted };

  const unneeded = plan.resources.filter(({ action }) => action === "remove");
  const removed = await removeResources(run.strategy, unneeded, run);
  return {
    ...results,
    resources: [...made, ...removed],
    isInterrupted: removed.some(({ outcome }) => outcome === "skipped"),
  };
}

async function takeBack(run: UpRun, results: Results, { checked }: Prepared, options: UpOptions): Promise<Results> {
  const { observer, putBackTimeoutMs = 120_000, settleMs } = options;
  const done = await putBack(run.strategy, run.journal, {
    run: run.id,
    apps: checked.apps.map(({ app }) => app),
    timeoutMs: putBackTimeoutMs,
    ...(settleMs !== undefined && { settleMs }),
    observer,
  });
  const put = asPutBack(results, done, run.endedBy());
  for (const verdict of put.apps) if (run.journal.of(verdict.service)) observer?.({ type: "verdict", verdict });
  for (const removal of put.orphans) if (run.journal.of(removal.service)) observer?.({ type: "removal", removal });
  return put;
}

const missing = (app: string): never => {
  throw new RangeError(`The plan does not hold ${app}.`);
};
