import type { PreparedPlan } from "../plan/plan.js";
import { revert, type RunResults, withRevertResult } from "../revert/revert.js";
import { applyApp } from "./apply-app.js";
import { removeOrphans } from "./remove-services.js";
import { createResources, removeResources } from "./resources.js";
import type { ApplyOptions, Run } from "./run.js";

/**
 * Applies a plan: creates resources, deploys and updates apps in the order of their dependencies, and removes orphans and
 * unneeded resources last. Reverts its changes if an app fails or the signal fires, unless `keepFailed`. Never rejects.
 */
export async function applyPlan(
  run: Run,
  prepared: PreparedPlan,
  options: ApplyOptions,
): Promise<RunResults & { isInterrupted: boolean }> {
  const { checked, plan } = prepared;
  const { observer, keepFailed = false } = options;
  const created = await createResources(checked.resources, plan.resources, run);
  const isReverted = (): boolean => run.signal.aborted && !keepFailed;
  const apps = await Promise.all(
    checked.apps.map(async (app, index) => {
      const verdict = await applyApp(app, plan.apps[index] ?? notInPlan(app.app.key), run);
      if (!(isReverted() && run.journal.find(app.app.service))) observer?.({ type: "verdict", verdict });
      return verdict;
    }),
  );
  // A revert may need the orphans, so they stay until all apps are done.
  const isComplete = (): boolean => !run.hasFailed() && !run.signal.aborted;
  const orphans = await removeOrphans(isComplete() ? plan.orphans : [], run);
  const results: RunResults = { apps, orphans, resources: created, revertSteps: [] };
  if (isReverted()) return { ...(await revertRun(run, results, prepared, options)), isInterrupted: !run.hasFailed() };
  if (!isComplete()) return { ...results, isInterrupted: run.signal.aborted };

  const unneeded = plan.resources.filter(({ action }) => action === "remove");
  const removed = await removeResources(run.strategy, unneeded, run);
  return {
    ...results,
    resources: [...created, ...removed],
    isInterrupted: removed.some(({ outcome }) => outcome === "skipped"),
  };
}

async function revertRun(
  run: Run,
  results: RunResults,
  { checked }: PreparedPlan,
  options: ApplyOptions,
): Promise<RunResults> {
  const { observer, revertTimeoutMs = 120_000, settleMs } = options;
  const done = await revert(run.strategy, run.journal, {
    run: run.id,
    apps: checked.apps.map(({ app }) => app),
    timeoutMs: revertTimeoutMs,
    changeLimits: run.changeLimits,
    ...(settleMs !== undefined && { settleMs }),
    observer,
  });
  const reverted = withRevertResult(results, done, run.failedApp());
  for (const verdict of reverted.apps) if (run.journal.find(verdict.service)) observer?.({ type: "verdict", verdict });
  for (const removal of reverted.orphans)
    if (run.journal.find(removal.service)) observer?.({ type: "removal", removal });
  return reverted;
}

const notInPlan = (app: string): never => {
  throw new RangeError(`The plan does not contain ${app}.`);
};
