import type { Milestone } from "./project.js";

/** Higher than for deploys: a removal waits for processes to exit, not for the engine. */
export const REMOVE_CONCURRENCY = 16;

/** The milestones that each service of a run has reached. */
export class Milestones {
  readonly #pending = new Map<string, PromiseWithResolvers<boolean>>();

  reach(service: string, milestone: Milestone): void {
    this.#at(service, milestone).resolve(true);
  }

  /** The service will not reach any further milestone. */
  giveUp(service: string): void {
    for (const milestone of ["started", "ready", "completed"] as const) this.#at(service, milestone).resolve(false);
  }

  /** Resolves with whether the service reached the milestone. */
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
