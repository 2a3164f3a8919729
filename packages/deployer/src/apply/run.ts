import { randomBytes } from "node:crypto";
import {
  DeploymentError,
  type DeployRequest,
  type Limit,
  type OpenFactoryServiceDeploymentStrategy,
  type ProgressEvent,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import type { CheckedApp } from "../check/check-requests.js";
import { type ChangeKind, changeLimits } from "../model/concurrency.js";
import { type AppPhase, type Observer, WarningLog } from "../model/events.js";
import type { Scope } from "../model/ownership.js";
import type { DesiredApp } from "../model/project.js";
import { resourceId } from "../model/resources.js";
import { ServiceWaits } from "../observe/service-waits.js";
import type { PlanOptions, PreparedPlan } from "../plan/plan.js";
import { Journal } from "../revert/journal.js";
import { RUN_LABEL } from "../model/labels.js";
import { Milestones } from "./dependencies.js";
import { withOwnershipLabels } from "./ownership-labels.js";

/** How a plan is applied. */
export interface ApplyOptions extends Pick<PlanOptions, "signal" | "observer" | "strict" | "showEnv"> {
  /** Wait until each app is ready. Default true. An app that others depend on is always waited for, as they require. */
  wait?: boolean;
  /**
   * Time limit of each app, from its start until it is ready, in milliseconds. It starts again whenever another app gets ready.
   * Default 120000.
   */
  timeoutMs?: number;
  /** How long a process without a health check must run to count as running, in milliseconds. Default: the strategy's. */
  settleMs?: number;
  /**
   * Number of apps that are changed at the same time, and of steps of a revert. Default: 8 creations, 32 updates and 128
   * removals. A change that the platform has accepted does not count while the run waits until the app is ready.
   */
  concurrency?: number;
  /** Don't revert when an app fails, and continue with the apps that don't depend on it. Default false. */
  keepFailed?: boolean;
  /** Time limit of each step of a revert, in milliseconds. Default 120000. */
  revertTimeoutMs?: number;
}

/** The state of one run, common to its apps. */
export interface Run {
  readonly strategy: OpenFactoryServiceDeploymentStrategy;
  readonly scope: Scope;
  /** Id of the run. */
  readonly id: string;
  readonly strict: boolean;
  /** Wait for every app, not only for dependencies of other apps. */
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly settleMs: number | undefined;
  readonly showEnv: boolean;
  /** Fires with the caller's signal, and when a failure ends the run. */
  readonly signal: AbortSignal;
  readonly milestones: Milestones;
  /** The limits of changes, by their kind. */
  readonly changeLimits: Readonly<Record<ChangeKind, Limit>>;
  readonly waits: ServiceWaits;
  readonly observer: Observer | undefined;
  /** The changes of the run. */
  readonly journal: Journal;
  /** The request with the ownership labels. */
  requestOf(checked: CheckedApp): Promise<DeployRequest>;
  /** The service that the plan observed. */
  beforeOf(service: string): ServiceStatus | undefined;
  /** The name of a service's app. */
  appName(service: string): string;
  readonly warnings: WarningLog;
  /** Ends the run, unless `keepFailed`. @param name of the app or resource that failed. */
  recordFailure(name: string): void;
  hasFailed(): boolean;
  /** Name of the app or resource whose failure ended the run. */
  failedApp(): string | undefined;
}

export const reportPhase = (run: Run, { key, service }: DesiredApp, phase: AppPhase, detail?: string): void =>
  run.observer?.({ type: "phase", app: key, service, phase, ...(detail === undefined ? {} : { detail }) });

/** Forwards a strategy's events. Warnings are kept with the app. */
export const strategyObserver =
  (run: Run, app: DesiredApp) =>
  (progress: ProgressEvent): void => {
    if (progress.type === "warning") run.warnings.add(app, [progress.warning]);
    else run.observer?.({ type: "progress", app: app.key, service: app.service, progress });
  };

export function startRun(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { checked, before, after }: PreparedPlan,
  options: ApplyOptions,
): Run {
  const { apps, resources } = checked;
  const { signal, observer, strict = false, wait = true, timeoutMs = 120_000, concurrency } = options;
  const { settleMs, showEnv = false, keepFailed = false } = options;
  const stop = new AbortController();
  const running = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const failed: string[] = [];
  const id = newRunId([...before.values()].flatMap(({ labels }) => labels[RUN_LABEL] ?? []));
  const labelContext = { scope: checked, run: id, resources: new Set(resources.map(({ spec }) => resourceId(spec))) };
  const names = new Map(apps.map(({ app }) => [app.service, app.key]));
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
    milestones: new Milestones(apps.map(({ app }) => app)),
    changeLimits: changeLimits(concurrency),
    waits: new ServiceWaits(timeoutMs),
    observer,
    journal: new Journal(),
    requestOf: (wanted) => {
      const { service } = wanted.app;
      return withOwnershipLabels(
        strategy,
        wanted,
        { ...labelContext, settings: after.get(service), before: before.get(service) },
        { signal: running },
      );
    },
    beforeOf: (service) => before.get(service),
    appName: (service) => names.get(service) ?? service,
    warnings: new WarningLog(observer),
    recordFailure: (name) => {
      failed.push(name);
      if (keepFailed || stop.signal.aborted) return;
      stop.abort(new DeploymentError("ABORTED", `The run ended because ${name} failed.`));
    },
    hasFailed: () => failed.length > 0,
    failedApp: () => (stop.signal.aborted ? failed[0] : undefined),
  };
}

let latest = 0;
const TIME_LENGTH = "2026-01-31T08:15:00.123Z".length;
/** Later times have more digits, and don't sort. */
const LAST_TIME = Date.parse("9999-01-01T00:00:00Z");

/**
 * Creates the id of a run, such as `2026-01-31T08:15:00.123Z-1a2b3c`: later runs sort after earlier ones.
 * @param earlier runs of the project. One of another machine, whose clock is ahead, must not sort after this one.
 */
export function newRunId(earlier: readonly string[] = []): string {
  const times = earlier.map((id) => Date.parse(id.slice(0, TIME_LENGTH))).filter((time) => time < LAST_TIME);
  // Two runs of one process can begin within a millisecond.
  latest = Math.max(Date.now(), latest + 1, ...times.map((time) => time + 1));
  return `${new Date(latest).toISOString()}-${randomBytes(3).toString("hex")}`;
}
