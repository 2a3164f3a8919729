import type {
  DeployRequest,
  OpenFactoryServiceDeploymentStrategy,
  ProgressEvent,
  ServiceStatus,
} from "@openfactory/deploy-core";
import type { Slots } from "../bounded.js";
import type { CheckedApp } from "../check/check-project.js";
import type { Journal } from "../compensate/journal.js";
import type { DesiredApp } from "../desired.js";
import type { AppPhase, Observer } from "../events.js";
import type { Scope } from "../ownership/ownership.js";
import type { Milestone, Milestones } from "./milestones.js";
import type { WarningLog } from "./warning-log.js";

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
