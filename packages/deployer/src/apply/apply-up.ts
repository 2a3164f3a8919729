import type { DeploymentWarning, OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject } from "../desired.js";
import type { Plan, PlannedApp } from "../plan/plan.js";
import { refusePlan } from "../plan/refuse-plan.js";
import { bringUp } from "./bring-up.js";
import { findWarnings } from "./find-warnings.js";
import { putBack } from "./put-back.js";
import { startRun } from "./start-run.js";
import type { UpOptions } from "./up-options.js";
import type { UpReport } from "./up-report.js";

/**
 * Carries out a plan: apps in the order of their dependencies, independent ones at the same time. The first failure
 * ends the run, and what it made is removed again, unless `keepFailed`.
 * @param warnings what is known not to be honoured, per service.
 * @throws DeploymentError `CONFLICT` for a plan that can't be carried out; what goes wrong later is in the report.
 */
export async function applyUp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  plan: Plan,
  options: UpOptions = {},
  warnings: ReadonlyMap<string, readonly DeploymentWarning[]> = new Map(),
): Promise<UpReport> {
  refusePlan(plan);
  const began = performance.now();
  const { observer, keepFailed = false, putBackTimeoutMs = 120_000 } = options;
  const { run, made, hasFailed } = startRun(strategy, desired, options);
  const projectWarnings = findWarnings(strategy, desired, plan);
  for (const warning of projectWarnings) observer?.({ type: "warning", warning });
  for (const app of desired.apps) run.warningsOf(app).add(...(warnings.get(app.service) ?? []));

  const isPutBack = (): boolean => run.signal.aborted && !keepFailed;
  const reached = await Promise.all(
    desired.apps.map(async (app, index) => {
      const verdict = await bringUp(app, plan.apps[index] as PlannedApp, run);
      if (!(isPutBack() && run.isMade(app))) observer?.({ type: "verdict", verdict });
      return verdict;
    }),
  );

  const verdicts = isPutBack()
    ? await putBack(strategy, made, reached, { timeoutMs: putBackTimeoutMs, observer }, run.endedBy())
    : reached;
  for (const verdict of verdicts) if (!reached.includes(verdict)) observer?.({ type: "verdict", verdict });
  return {
    project: desired.project,
    platform: strategy.manifest.name,
    outcome: hasFailed() ? "failed" : run.signal.aborted ? "interrupted" : "ok",
    run: "",
    apps: verdicts,
    orphans: [],
    resources: [],
    compensation: [],
    warnings: projectWarnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}
