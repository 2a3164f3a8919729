import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { slots } from "../bounded.js";
import type { DesiredApp, DesiredProject } from "../desired.js";
import { canTellOwners } from "../ownership/can-tell.js";
import { markedRequest } from "../ownership/mark.js";
import { MILESTONE_OF, Milestones } from "./milestones.js";
import type { UpOptions } from "./up-options.js";
import type { UpRun } from "./up-run.js";
import { WarningLog } from "./warning-log.js";

/** Waiting costs the engine little, and takes long: many more apps wait than are being made. */
const WAITS_AT_ONCE = 64;

/** A run that has begun, and what it has come to so far. */
export interface StartedRun {
  run: UpRun;
  /** In the order in which they were made. */
  made: readonly DesiredApp[];
  hasFailed: () => boolean;
}

export function startRun(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project, apps }: DesiredProject,
  options: UpOptions,
): StartedRun {
  const { signal, observer, strict = false, wait = true, timeoutMs = 120_000, concurrency = 4 } = options;
  const ending = new AbortController();
  const made: DesiredApp[] = [];
  const failed: DesiredApp[] = [];
  const ownersAreTold = canTellOwners(strategy);
  const names = new Map(apps.map(({ service, key }) => [service, key]));
  const logs = new Map(apps.map(({ service, key }) => [service, new WarningLog(key, observer)]));
  const awaited = new Set(
    apps.flatMap(({ dependsOn }) => dependsOn.map((needed) => `${MILESTONE_OF[needed.condition]} ${needed.service}`)),
  );
  const run: UpRun = {
    strategy,
    strict,
    wait,
    timeoutMs,
    signal: signal === undefined ? ending.signal : AbortSignal.any([signal, ending.signal]),
    milestones: new Milestones(),
    deploying: slots(concurrency),
    waiting: slots(WAITS_AT_ONCE),
    observer,
    requestOf: (app) => (ownersAreTold ? markedRequest(app, project) : app.request),
    isAwaited: (service, milestone) => awaited.has(`${milestone} ${service}`),
    appOf: (service) => names.get(service) ?? service,
    warningsOf: (app) => logs.get(app.service) ?? new WarningLog(app.key, observer),
    noteMade: (app) => void made.push(app),
    isMade: (app) => made.includes(app),
    noteFailure: (app) => {
      failed.push(app);
      if (options.keepFailed || ending.signal.aborted) return;
      ending.abort(new DeploymentError("ABORTED", `The run was ended since ${app.key} failed.`));
    },
    endedBy: () => (ending.signal.aborted ? failed[0]?.key : undefined),
  };
  return { run, made, hasFailed: () => failed.length > 0 };
}
