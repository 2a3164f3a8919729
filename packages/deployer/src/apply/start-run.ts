import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { slots } from "../bounded.js";
import { Journal } from "../compensate/journal.js";
import { markedRequest } from "../ownership/mark.js";
import { newRunId } from "../ownership/run-id.js";
import type { Prepared } from "../plan/prepare.js";
import { resourceId } from "../resources/resource-id.js";
import { MILESTONE_OF, Milestones } from "./milestones.js";
import type { UpOptions } from "./up-options.js";
import type { UpRun } from "./up-run.js";
import { WarningLog } from "./warning-log.js";

/** Waiting costs the engine little, and takes long: many more apps wait than are being made. */
const WAITS_AT_ONCE = 512;

export function startRun(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { checked, before, after }: Prepared,
  options: UpOptions,
): UpRun {
  const { apps, resources } = checked;
  const { signal, observer, strict = false, wait = true, timeoutMs = 120_000, concurrency = 8 } = options;
  const { settleMs, showEnv = false, keepFailed = false } = options;
  const ending = new AbortController();
  const running = signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]);
  const failed: string[] = [];
  const id = newRunId();
  const mark = { scope: checked, run: id, resources: new Set(resources.map(({ spec }) => resourceId(spec))) };
  const names = new Map(apps.map(({ app }) => [app.service, app.key]));
  const ofRegistries = new Set<string>();
  const logs = new Map(apps.map(({ app }) => [app.service, new WarningLog(app.key, observer, ofRegistries)]));
  const awaited = new Set(
    apps.flatMap(({ app }) => app.dependsOn.map((needed) => `${MILESTONE_OF[needed.condition]} ${needed.service}`)),
  );
  return {
    strategy,
    scope: checked,
    id,
    strict,
    wait,
    timeoutMs,
    settleMs,
    showEnv,
    signal: running,
    milestones: new Milestones(),
    deploying: slots(concurrency),
    waiting: slots(WAITS_AT_ONCE),
    observer,
    journal: new Journal(),
    requestOf: (wanted) => {
      const { service } = wanted.app;
      return markedRequest(
        strategy,
        wanted,
        { ...mark, settings: after.get(service), before: before.get(service) },
        { signal: running },
      );
    },
    beforeOf: (service) => before.get(service),
    isAwaited: (service, milestone) => awaited.has(`${milestone} ${service}`),
    appOf: (service) => names.get(service) ?? service,
    warningsOf: (app) => logs.get(app.service) ?? new WarningLog(app.key, observer, ofRegistries),
    noteFailure: (name) => {
      failed.push(name);
      if (keepFailed || ending.signal.aborted) return;
      ending.abort(new DeploymentError("ABORTED", `The run was ended since ${name} failed.`));
    },
    hasFailed: () => failed.length > 0,
    endedBy: () => (ending.signal.aborted ? failed[0] : undefined),
  };
}
