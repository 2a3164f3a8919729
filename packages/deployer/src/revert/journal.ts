import type { DeploymentError, Resource, ServiceStatus } from "@openfactory/deploy-core";
import type { Observer } from "../model/events.js";
import type { CompensationAction, CompensationStep } from "../model/report.js";

/**
 * A change that a run has begun:
 * - `create`: a service was made
 * - `update`: it was changed in place
 * - `replace`: it was removed, and made anew
 * - `prune`: it was removed
 * - `resource`: a resource was made
 */
export type Change =
  | { readonly kind: "create"; readonly app: string; readonly service: string }
  | {
      readonly kind: "update" | "replace" | "prune";
      readonly app: string;
      readonly service: string;
      /** As it was, with its settings where they are known. */
      readonly before: ServiceStatus;
    }
  | { readonly kind: "resource"; readonly resource: Pick<Resource, "kind" | "name"> };

export type ServiceChange = Exclude<Change, { kind: "resource" }>;

/** What a run has changed, in the order in which it began to: noted before the engine is asked, so that nothing is missed. */
export class Journal {
  readonly #changes = new Set<Change>();
  readonly #services = new Map<string, ServiceChange>();
  readonly #made = new Set<Change>();

  begin(change: Change): void {
    this.#changes.add(change);
    if (change.kind !== "resource") this.#services.set(change.service, change);
  }

  /** It turns out that the change was another's. */
  forget(change: ServiceChange): void {
    this.#changes.delete(change);
    this.#services.delete(change.service);
  }

  /** The engine has confirmed it. Of a change that was begun only, nobody knows yet whether it was made. */
  confirm(change: Change): void {
    this.#made.add(change);
  }

  isConfirmed(change: Change): boolean {
    return this.#made.has(change);
  }

  /** The change of a service, if there is one. */
  of(service: string): ServiceChange | undefined {
    return this.#services.get(service);
  }

  /** The latest first. */
  reversed(): Change[] {
    return [...this.#changes].toReversed();
  }
}

/** The steps of putting a run back: each is told as it begins and as it ends, and kept as it ended. */
export class StepLog {
  readonly #steps = new Map<Change, CompensationStep>();
  readonly #began = new Map<Change, number>();
  readonly #observer: Observer | undefined;

  constructor(observer?: Observer) {
    this.#observer = observer;
  }

  begin(change: Change, action: CompensationAction, reason?: string): void {
    this.#began.set(change, this.#began.get(change) ?? performance.now());
    this.#keep(change, { action, ...subject(change), state: "begun", ...(reason !== undefined && { reason }) });
  }

  /** A step that was never begun had nothing to take back, and is not told, unless that could not be found out. */
  end(change: Change, error?: DeploymentError): void {
    const step = this.#steps.get(change);
    if (step === undefined && error === undefined) return;
    const elapsedMs = Math.round(performance.now() - (this.#began.get(change) ?? performance.now()));
    const { action, reason } = step ?? { action: "restore" };
    this.#keep(change, {
      action,
      ...subject(change),
      state: error === undefined ? "done" : "failed",
      ...(reason !== undefined && { reason }),
      ...(error !== undefined && { error }),
      elapsedMs,
    });
  }

  all(): CompensationStep[] {
    return [...this.#steps.values()];
  }

  #keep(change: Change, step: CompensationStep): void {
    this.#steps.set(change, step);
    this.#observer?.({ type: "compensate", step });
  }
}

const subject = (change: Change): Pick<CompensationStep, "app" | "service" | "resource"> =>
  change.kind === "resource"
    ? { resource: { kind: change.resource.kind, name: change.resource.name } }
    : { app: change.app, service: change.service };
