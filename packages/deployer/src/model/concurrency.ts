import { type Limit, limit } from "@openfactory/deploy-core";
import type { Milestone } from "./project.js";

/** What happens to a service. A start counts as `create`, a restart and a rollback as `update`, and a stop as `remove`. */
export type ChangeKind = "create" | "update" | "remove";

/**
 * How many services are changed at the same time, unless the caller chooses a number. A creation costs the engine: by
 * measurement (`npm run bench -- --only concurrency`), a swarm creates 500 services in 7 % less time than with 4, and no faster
 * with more. An update waits for most of its time, until the new version is ready and the old one has exited; both can run
 * meanwhile, and need memory twice. A removal only waits for processes to exit.
 */
export const DEFAULT_CONCURRENCY: Readonly<Record<ChangeKind, number>> = { create: 8, update: 32, remove: 128 };

/** @param concurrency the caller's number, for changes of all kinds together. Default: {@link DEFAULT_CONCURRENCY}. */
export function changeLimits(concurrency?: number): Readonly<Record<ChangeKind, Limit>> {
  if (concurrency !== undefined) {
    const all = limit(concurrency);
    return { create: all, update: all, remove: all };
  }
  const { create, update, remove } = DEFAULT_CONCURRENCY;
  return { create: limit(create), update: limit(update), remove: limit(remove) };
}

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
