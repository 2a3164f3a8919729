import { bringUp } from "./apply-app.js";
import { removeOrphans } from "./remove-services.js";
import { makeResources, removeResources } from "./resources.js";
import type { ApplyOptions, UpRun } from "./run.js";
import type { Prepared } from "../plan/plan.js";
import { asPutBack, putBack, type Results } from "../revert/revert.js";

export async function carryOut(
  run: UpRun,
  prepared: Prepared,
  options: ApplyOptions,
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

async function takeBack(run: UpRun, results: Results, { checked }: Prepared, options: ApplyOptions): Promise<Results> {
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
