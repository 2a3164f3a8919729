import { type DockerEngine, perEngine, type ServiceDetails, type TaskDetails } from "@openfactory/docker-engine";
import { healthOf } from "../observe/status.js";
import type { Observation } from "../observe/tasks.js";
import { taskHealth } from "./failure.js";

/** How long a service is waited for before the output of its health checks is looked up, in milliseconds. */
const FIRST_AFTER_MS = 3_000;

/** Between two lookups on an engine, for all services together, in milliseconds: each is a call, and only explains the wait. */
const INTERVAL_MS = 1_000;

const lookups = perEngine(() => ({ nextAt: 0 }));

/** The last output of the failing health checks of a service that is waited for. */
export class HealthOutputs {
  readonly #engine: DockerEngine;
  readonly #firstAt = Date.now() + FIRST_AFTER_MS;
  #text = "";
  /** The task that the next lookup begins with. */
  #next = 0;

  constructor(engine: DockerEngine) {
    this.#engine = engine;
  }

  /**
   * Such as ` (health check: exit code 1: connection refused)`, without the values of variables. Empty while no check has failed,
   * and if no task runs on the node of this manager, which has no outputs of containers elsewhere. Starts a lookup of one
   * task in the background, so that the wait takes no longer.
   */
  describe({ service, tasks }: Observation): string {
    const starting = tasks.filter((task) => healthOf(service, task) === "starting");
    const { length } = starting;
    if (length === 0) this.#text = "";
    const task = starting[this.#next % Math.max(length, 1)];
    const engineLookups = lookups(this.#engine);
    if (task !== undefined && Date.now() >= Math.max(this.#firstAt, engineLookups.nextAt)) {
      engineLookups.nextAt = Date.now() + INTERVAL_MS;
      this.#next += 1;
      void this.#lookUp(service, task);
    }
    return this.#text;
  }

  async #lookUp(service: ServiceDetails, task: TaskDetails): Promise<void> {
    const { output } = await taskHealth(this.#engine, service, task);
    if (output !== undefined) this.#text = ` (health check: ${output})`;
  }
}
