import type { DeploymentWarning, LockHolder, ProgressEvent } from "@openfactory/deploy-core";
import type { Plan } from "./plan.js";
import type { DesiredApp } from "./project.js";
import type {
  AppVerdict,
  ProcessVerdict,
  RevertStep,
  RefreshVerdict,
  RemovalVerdict,
  ResourceVerdict,
  RollbackVerdict,
  ScaleVerdict,
} from "./report.js";
import type { ProjectWarning } from "./warnings.js";

/**
 * The current step of an app:
 * - `blocked`: waiting for apps that it depends on
 * - `deploying`: its service is being created
 * - `updating`: its service is being updated in place, or adopted
 * - `replacing`: its service is being removed, and will be created again
 * - `rolling-back`: `rollback` restores its previous version
 * - `scaling`: `scale` sets its number of replicas
 * - `restarting`, `stopping`, `starting`: `restart`, `stop` or `start` changes its processes
 * - `waiting`: deployed or updated, and not ready yet
 * - `completing`: ready, and other apps wait for its process to complete
 * - `removing`: its service is being removed: by `down`, as an orphan, or by a revert
 * - `refreshing`: its registry credentials are being renewed
 */
export type AppPhase =
  | "blocked"
  | "deploying"
  | "updating"
  | "replacing"
  | "rolling-back"
  | "scaling"
  | "restarting"
  | "stopping"
  | "starting"
  | "waiting"
  | "completing"
  | "removing"
  | "refreshing";

/**
 * A change of the project's lock:
 * - `taken`: this run acquired it; `holder` is this run
 * - `taken-over`: this run released the lock of `holder`, whose process is gone or who was overruled; `taken` follows
 * - `released`: this run released it
 */
export interface LockEvent {
  readonly state: "taken" | "taken-over" | "released";
  readonly holder: LockHolder;
}

/** The progress of a run. */
export type DeployerEvent =
  | { type: "plan"; plan: Plan }
  | { type: "lock"; lock: LockEvent }
  | { type: "phase"; app: string; service: string; phase: AppPhase; detail?: string }
  /** An event of the strategy: of a pull, a step or a wait. */
  | { type: "progress"; app: string; service: string; progress: Exclude<ProgressEvent, { type: "warning" }> }
  | { type: "warning"; app?: string; warning: DeploymentWarning | ProjectWarning }
  /** An app is finished. For an app that is reverted, this comes once, after its revert. */
  | { type: "verdict"; verdict: AppVerdict }
  | { type: "removal"; removal: RemovalVerdict }
  /** `rollback` has finished an app. */
  | { type: "rollback"; verdict: RollbackVerdict }
  /** `scale` has finished an app; a failure is thrown instead. */
  | { type: "scale"; scaled: ScaleVerdict }
  /** `restart`, `stop` or `start` has finished an app. */
  | { type: "process"; verdict: ProcessVerdict }
  /** A network, volume, config or secret was created or removed, or could not be. */
  | { type: "resource"; resource: ResourceVerdict }
  /** A step of the revert of a failed or interrupted run, once when it begins and once when it ends. */
  | { type: "revert"; step: RevertStep }
  /** The registry credentials of a service were renewed, or could not be. */
  | { type: "refresh"; refresh: RefreshVerdict };

export type Observer = (event: DeployerEvent) => void;

/** Forwards a strategy's events as events of an app. Warnings are left out: the operation's result holds them. */
export const progressObserver =
  (app: string, service: string, observer: Observer | undefined) =>
  (progress: ProgressEvent): void => {
    if (progress.type !== "warning") observer?.({ type: "progress", app, service, progress });
  };

/** The warnings of a run: each is reported, and kept for the report. */
export function collectWarnings(observer: Observer | undefined): {
  readonly warnings: readonly ProjectWarning[];
  readonly warn: (warning: ProjectWarning) => void;
} {
  const warnings: ProjectWarning[] = [];
  const warn = (warning: ProjectWarning): void => {
    warnings.push(warning);
    observer?.({ type: "warning", warning });
  };
  return { warnings, warn };
}

/** `key` is its name in events. */
type WarnedApp = Pick<DesiredApp, "key" | "service">;

/**
 * The warnings of apps, each reported and kept once for an app. A warning about a registry is kept with the first app that
 * has it.
 */
export class WarningLog {
  /** Only apps with warnings, because a file can contain thousands without. */
  readonly #byService = new Map<string, Map<string, DeploymentWarning>>();
  readonly #reportedRegistries = new Set<string>();
  readonly #observer: Observer | undefined;

  constructor(observer?: Observer) {
    this.#observer = observer;
  }

  add({ key: app, service }: WarnedApp, warnings: readonly DeploymentWarning[]): void {
    for (const warning of warnings) {
      const found = this.#byService.get(service) ?? new Map<string, DeploymentWarning>();
      const key = JSON.stringify([warning.code, warning.field, warning.reason]);
      if (found.has(key)) continue;
      if (warning.registry !== undefined) {
        const known = `${warning.code} ${warning.registry}`;
        if (this.#reportedRegistries.has(known)) continue;
        this.#reportedRegistries.add(known);
      }
      this.#byService.set(service, found.set(key, warning));
      this.#observer?.({ type: "warning", app, warning });
    }
  }

  of({ service }: WarnedApp): DeploymentWarning[] {
    return [...(this.#byService.get(service)?.values() ?? [])];
  }
}
