import type { DeploymentWarning, LockHolder, ProgressEvent } from "@openfactory/deploy-core";
import type { Plan } from "./plan.js";
import type {
  AppVerdict,
  CompensationStep,
  RefreshVerdict,
  RemovalVerdict,
  ResourceVerdict,
  RollbackVerdict,
  ScaleVerdict,
} from "./report.js";
import type { ProjectWarning } from "./warnings.js";

/**
 * Where an app is on its way:
 * - `blocked`: waits for apps it depends on
 * - `deploying`: is being made
 * - `updating`: is being changed in place (`adopt` too)
 * - `replacing`: is being removed, to be made anew
 * - `rolling-back`: `rollback` brings its earlier version back
 * - `scaling`: `scale` sets its number of replicas
 * - `waiting`: is made, or changed, and not ready yet
 * - `completing`: is ready, and others wait for it to end
 * - `removing`: is being removed (by `down`, as an orphan, or to put back what a failed run made)
 * - `refreshing`: is given new registry credentials
 */
export type AppPhase =
  | "blocked"
  | "deploying"
  | "updating"
  | "replacing"
  | "rolling-back"
  | "scaling"
  | "waiting"
  | "completing"
  | "removing"
  | "refreshing";

/**
 * What became of the project's lock:
 * - `taken`: it is this run's from here on, `holder` is this run
 * - `taken-over`: it was left behind by `holder`, whose process is gone, or it was taken by force; `taken` follows
 * - `released`: the run has let go of it
 */
export interface LockEvent {
  readonly state: "taken" | "taken-over" | "released";
  readonly holder: LockHolder;
}

/** What a run tells while it goes on. */
export type DeployerEvent =
  | { type: "plan"; plan: Plan }
  | { type: "lock"; lock: LockEvent }
  | { type: "phase"; app: string; service: string; phase: AppPhase; detail?: string }
  /** A strategy's own event, of a pull, a step or a wait. */
  | { type: "progress"; app: string; service: string; progress: Exclude<ProgressEvent, { type: "warning" }> }
  | { type: "warning"; app?: string; warning: DeploymentWarning | ProjectWarning }
  /** An app has come to its end. Of an app that is put back afterwards, only what it came to then is told. */
  | { type: "verdict"; verdict: AppVerdict }
  | { type: "removal"; removal: RemovalVerdict }
  /** `rollback` has come to an app's end. */
  | { type: "rollback"; verdict: RollbackVerdict }
  /** `scale` has come to an app's end; where it fails, it throws instead. */
  | { type: "scale"; scaled: ScaleVerdict }
  /** A network, volume, config or secret was made or removed, or could not be. */
  | { type: "resource"; resource: ResourceVerdict }
  /** Each step by which a failed or interrupted run puts back what it had changed: as it begins, and as it ends. */
  | { type: "compensate"; step: CompensationStep }
  /** A service was given new registry credentials, or could not be. */
  | { type: "refresh"; refresh: RefreshVerdict };

export type Observer = (event: DeployerEvent) => void;

/** Passes a strategy's own events on as an app's; its warnings come with what it returns. */
export const progressObserver =
  (app: string, service: string, observer: Observer | undefined) =>
  (progress: ProgressEvent): void => {
    if (progress.type !== "warning") observer?.({ type: "progress", app, service, progress });
  };

/**
 * The warnings of one app, each told and kept once however often it is found; one about a registry is kept with the first
 * app of the run that has it.
 */
export class WarningLog {
  readonly #found = new Map<string, DeploymentWarning>();
  readonly #app: string;
  readonly #observer: Observer | undefined;
  readonly #ofRegistries: Set<string>;

  /** @param ofRegistries the warnings about registries that the run has reported, shared by all its apps. */
  constructor(app: string, observer?: Observer, ofRegistries = new Set<string>()) {
    this.#app = app;
    this.#observer = observer;
    this.#ofRegistries = ofRegistries;
  }

  add(...warnings: readonly DeploymentWarning[]): void {
    for (const warning of warnings) {
      const key = JSON.stringify([warning.code, warning.field, warning.reason]);
      if (this.#found.has(key)) continue;
      if (warning.registry !== undefined) {
        const known = `${warning.code} ${warning.registry}`;
        if (this.#ofRegistries.has(known)) continue;
        this.#ofRegistries.add(known);
      }
      this.#found.set(key, warning);
      this.#observer?.({ type: "warning", app: this.#app, warning });
    }
  }

  all(): DeploymentWarning[] {
    return [...this.#found.values()];
  }
}
