import { randomBytes } from "node:crypto";
import {
  DeploymentError,
  type DeployRequest,
  type OpenFactoryServiceDeploymentStrategy,
  type ProgressEvent,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { markedRequest } from "./ownership-labels.js";
import type { CheckedApp } from "../check/check-project.js";
import { Milestones, type Slots, slots } from "../model/concurrency.js";
import { type AppPhase, type Observer, WarningLog } from "../model/events.js";
import type { Scope } from "../model/ownership.js";
import { type DesiredApp, type Milestone, MILESTONE_OF } from "../model/project.js";
import { resourceId } from "../model/resources.js";
import type { PlanOptions, Prepared } from "../plan/plan.js";
import { Journal } from "../revert/journal.js";

/** How a plan is applied. */
export interface ApplyOptions extends Pick<PlanOptions, "signal" | "observer" | "strict" | "showEnv"> {
  /** Wait until each app is ready. Default true. An app that others depend on is always waited for, as they require. */
  wait?: boolean;
  /** Time limit of each app, from its start until it is ready, in milliseconds. Default 120000. */
  timeoutMs?: number;
  /** How long a process without a health check must run to count as running, in milliseconds. Default: the strategy's. */
  settleMs?: number;
  /**
   * Number of apps that are deployed or updated at the same time. Default 8, by measurement (`npm run bench -- --only
   * concurrency`): a swarm creates 500 services in 7 % less time than with 4, and no faster with more; an engine starts
   * containers no faster with more than 2. Apps that are waited for do not count.
   */
  concurrency?: number;
  /** Don't revert when an app fails, and continue with the apps that don't depend on it. Default false. */
  keepFailed?: boolean;
  /** Time limit of each step of a revert, in milliseconds. Default 120000. */
  putBackTimeoutMs?: number;
}

/** What the apps of one run share. */
export interface UpRun {
  readonly strategy: OpenFactoryServiceDeploymentStrategy;
  readonly scope: Scope;
  /** Id of the run. */
  readonly id: string;
  readonly strict: boolean;
  /** Wait for every app, not only for those that others wait for. */
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly settleMs: number | undefined;
  readonly showEnv: boolean;
  /** Fires when the caller's does, and when a failure ends the run. */
  readonly signal: AbortSignal;
  readonly milestones: Milestones;
  readonly deploying: Slots;
  readonly waiting: Slots;
  readonly observer: Observer | undefined;
  /** What the run has changed. */
  readonly journal: Journal;
  /** The request as it is deployed, with the ownership labels where they are kept. */
  requestOf(checked: CheckedApp): Promise<DeployRequest>;
  /** The service as it was when the plan was made. */
  beforeOf(service: string): ServiceStatus | undefined;
  /** Whether some app waits for the service to get there. */
  isAwaited(service: string, milestone: Milestone): boolean;
  /** The app's name of a service. */
  appOf(service: string): string;
  warningsOf(app: DesiredApp): WarningLog;
  /** Ends the run, unless failures are to be kept. `name`: of the app or resource that failed. */
  noteFailure(name: string): void;
  hasFailed(): boolean;
  /** Name of what failed first and ended the run. */
  endedBy(): string | undefined;
}

export const tellPhase = (run: UpRun, { key, service }: DesiredApp, phase: AppPhase, detail?: string): void =>
  run.observer?.({ type: "phase", app: key, service, phase, ...(detail === undefined ? {} : { detail }) });

/** Passes a strategy's events on; warnings are kept with the app. */
export const strategyObserver =
  (run: UpRun, app: DesiredApp) =>
  (progress: ProgressEvent): void => {
    if (progress.type === "warning") run.warningsOf(app).add(progress.warning);
    else run.observer?.({ type: "progress", app: app.key, service: app.service, progress });
  };

/** Waiting costs the engine little, and takes long: many more apps wait than are being made. */
const WAITS_AT_ONCE = 512;

export function startRun(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { checked, before, after }: Prepared,
  options: ApplyOptions,
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

let latest = 0;

/** A new run's id, such as `2026-01-31T08:15:00.123Z-1a2b3c`: later runs sort after earlier ones. */
export function newRunId(): string {
  // Two of one process may begin within a millisecond.
  latest = Math.max(Date.now(), latest + 1);
  return `${new Date(latest).toISOString()}-${randomBytes(3).toString("hex")}`;
}
