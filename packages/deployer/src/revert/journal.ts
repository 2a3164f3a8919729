import type { DeploymentError, Resource, ServiceStatus } from "@openfactory/deploy-core";
import type { Observer } from "../model/events.js";
import type { RevertAction, RevertStep } from "../model/report.js";

/**
 * A change that a run has begun:
 * - `create`: creates a service
 * - `update`: updates a service in place
 * - `replace`: removes a service and creates it again
 * - `prune`: removes a service
 * - `resource`: creates a resource
 */
export type Change =
  | { readonly kind: "create"; readonly app: string; readonly service: string }
  | {
      readonly kind: "update" | "replace" | "prune";
      readonly app: string;
      readonly service: string;
      /** The service before the change, with its settings if known. */
      readonly before: ServiceStatus;
    }
  | { readonly kind: "resource"; readonly resource: Pick<Resource, "kind" | "name"> };

export type ServiceChange = Exclude<Change, { kind: "resource" }>;

/** The changes of a run, in order. Each is recorded before the engine is called, so that none is missed. */
export class Journal {
  /** With whether the engine confirmed the change. */
  readonly #changes = new Map<Change, boolean>();
  readonly #services = new Map<string, ServiceChange>();

  begin(change: Change): void {
    this.#changes.set(change, false);
    if (change.kind !== "resource") this.#services.set(change.service, change);
  }

  /** Drops a change that another process made. */
  forget(change: ServiceChange): void {
    this.#changes.delete(change);
    this.#services.delete(change.service);
  }

  /** Records that the engine confirmed the change. Until then, the change may or may not have been made. */
  confirm(change: Change): void {
    this.#changes.set(change, true);
  }

  isConfirmed(change: Change): boolean {
    return this.#changes.get(change) ?? false;
  }

  /** The change of a service, if any. */
  find(service: string): ServiceChange | undefined {
    return this.#services.get(service);
  }

  /** The changes, latest first. */
  reversed(): Change[] {
    return [...this.#changes.keys()].toReversed();
  }
}

/** The action of a change that could not be observed. */
const INTENDED: Readonly<Record<Change["kind"], RevertAction>> = {
  create: "remove",
  update: "restore",
  replace: "redeploy",
  prune: "redeploy",
  resource: "remove",
};

/** The steps of a revert. Each is reported when it begins and when it ends. */
export class StepLog {
  readonly #steps = new Map<Change, RevertStep>();
  readonly #began = new Map<Change, number>();
  readonly #observer: Observer | undefined;

  constructor(observer?: Observer) {
    this.#observer = observer;
  }

  begin(change: Change, action: RevertAction, reason?: string): void {
    this.#began.set(change, this.#began.get(change) ?? performance.now());
    this.#report(change, { action, ...subject(change), state: "begun", ...(reason !== undefined && { reason }) });
  }

  /** Reports the end of a step. A step that never began is reported only if it failed. */
  end(change: Change, error?: DeploymentError): void {
    const step = this.#steps.get(change);
    if (step === undefined && error === undefined) return;
    const elapsedMs = Math.round(performance.now() - (this.#began.get(change) ?? performance.now()));
    const { action, reason } = step ?? { action: INTENDED[change.kind] };
    this.#report(change, {
      action,
      ...subject(change),
      state: error === undefined ? "done" : "failed",
      ...(reason !== undefined && { reason }),
      ...(error !== undefined && { error }),
      elapsedMs,
    });
  }

  all(): RevertStep[] {
    return [...this.#steps.values()];
  }

  #report(change: Change, step: RevertStep): void {
    this.#steps.set(change, step);
    this.#observer?.({ type: "revert", step });
  }
}

const subject = (change: Change): Pick<RevertStep, "app" | "service" | "resource"> =>
  change.kind === "resource"
    ? { resource: { kind: change.resource.kind, name: change.resource.name } }
    : { app: change.app, service: change.service };
