import type { DependencyCondition } from "../desired.js";

/** What others may wait for. Each service reaches them in this order. */
export type Milestone = "started" | "ready" | "completed";

export const MILESTONE_OF: Readonly<Record<DependencyCondition, Milestone>> = {
  service_started: "started",
  service_healthy: "ready",
  service_completed_successfully: "completed",
};

/** How far each service has come. */
export class Milestones {
  readonly #pending = new Map<string, PromiseWithResolvers<boolean>>();

  reach(service: string, milestone: Milestone): void {
    this.#at(service, milestone).resolve(true);
  }

  /** The service comes no further. */
  giveUp(service: string): void {
    for (const milestone of ["started", "ready", "completed"] as const) this.#at(service, milestone).resolve(false);
  }

  /** Resolves with whether the service got there. */
  until(service: string, milestone: Milestone): Promise<boolean> {
    return this.#at(service, milestone).promise;
  }

  #at(service: string, milestone: Milestone): PromiseWithResolvers<boolean> {
    const key = `${milestone} ${service}`;
    const found = this.#pending.get(key) ?? Promise.withResolvers<boolean>();
    this.#pending.set(key, found);
    return found;
  }
}
