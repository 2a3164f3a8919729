import { mapLimit } from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import { APPS_IN_PROGRESS } from "../model/concurrency.js";
import type { PlannedApp } from "../model/plan.js";
import type { AppVerdict } from "../model/report.js";
import type { PreparedPlan } from "../plan/plan.js";
import { revert, type RunResults, withRevertResult } from "../revert/revert.js";
import { applyApp, waitAgain } from "./apply-app.js";
import { dependencyOrder } from "./dependencies.js";
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
  const apps = await applyApps(prepared, run, (verdict) => {
    if (!(isReverted() && run.journal.find(verdict.service))) observer?.({ type: "verdict", verdict });
  });
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

/**
 * Applies the plans of all apps, those that others depend on first, so that they never wait for a slot of their dependents.
 * Then waits again for apps that were ready and are not any more, as their processes failed while the run waited for others.
 */
async function applyApps(
  { checked, plan }: PreparedPlan,
  run: Run,
  onVerdict: (verdict: AppVerdict) => void,
): Promise<AppVerdict[]> {
  const verdicts = Array.from<AppVerdict>({ length: checked.apps.length });
  const applyOne = async (
    index: number,
    apply: (app: CheckedApp, planned: PlannedApp) => Promise<AppVerdict>,
  ): Promise<AppVerdict> => {
    const [app, planned] = [checked.apps[index], plan.apps[index]];
    if (app === undefined || planned === undefined) throw new RangeError(`The plan has no app ${index}.`);
    const verdict = await apply(app, planned);
    onVerdict(verdict);
    return verdict;
  };

  const began = performance.now();
  await mapLimit(APPS_IN_PROGRESS, dependencyOrder(checked.apps.map(({ app }) => app)), async (index) => {
    verdicts[index] = await applyOne(index, (app, planned) => applyApp(app, planned, run));
  });
  if (!run.wait) return verdicts;
  const { strategy, signal, settleMs } = run;
  return run.waits.recheck(
    strategy,
    verdicts,
    { project: checked.project, signal, settleMs },
    (earlier, longSettleMs, index) =>
      applyOne(index, (app, planned) => waitAgain(app, planned, { earlier, began, settleMs: longSettleMs }, run)),
  );
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
