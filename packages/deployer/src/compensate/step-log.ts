import type { DeploymentError } from "@openfactory/deploy-core";
import type { Observer } from "../events.js";
import type { CompensationAction, CompensationStep } from "./compensation-step.js";
import type { Change } from "./journal.js";

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
