import type { DeployRequest } from "@openfactory/deploy-core";
import type { Suite } from "../suite.js";

/** What a step gives a service, beside its name. */
export interface Settings {
  part: Partial<DeployRequest>;
  /** How many networks it joins. */
  networks?: number;
  /** Which of the run's few host ports it publishes: so that services get in each other's way. */
  port?: number;
}

/** What goes wrong in a step; `abort` is the number of progress events after which the caller aborts, 0 being before the call. */
export type Fault = "missing image" | "missing network" | "invalid request" | { abort: number };

/**
 * One step of a random run. `place` is one of a handful of names. Every step means something in every state (removing
 * what isn't there is a step as well), so that steps are plain data, and a run replays by its seed and path.
 */
export type Step =
  | { do: "deploy"; place: number; settings: Settings; fault?: Fault }
  | { do: "remove"; place: number }
  | { do: "scale"; place: number; replicas: number }
  | { do: "update"; place: number; settings: Settings; fault?: Fault }
  | { do: "rollback"; place: number };

/** The names of one run: each holds the first. */
const patterns = [
  (name: string) => name,
  (name: string) => `${name}-x`,
  (name: string) => `x${name}`,
  (name: string) => `${name}0`,
];

export const PLACES = patterns.length;
export const PORTS = 2;

/** The names and host ports of one run, of its own, so that nothing of an earlier run is in its way. */
export class Places {
  readonly #suite: Suite;
  readonly #names: readonly string[];
  readonly #ports = new Map<number, number>();

  constructor(suite: Suite) {
    this.#suite = suite;
    const first = suite.name();
    this.#names = patterns.map((pattern) => suite.owned(pattern(first)));
  }

  name(place: number): string {
    return this.#names[place] as string;
  }

  /** The request that a step means. */
  async request(place: number, { part, networks, port }: Settings, fault?: Fault): Promise<DeployRequest> {
    const request = { ...part, name: this.name(place) };
    const joined = networks === undefined ? [] : await this.#suite.networks(networks);
    if (fault === "missing network") joined.push("no-such-network");
    const whole = {
      ...request,
      ...(joined.length > 0 && { networks: joined }),
      ...(port !== undefined && this.#canPublish(part) && { ports: { [await this.#port(port)]: 80 } }),
    };
    if (fault === "missing image") {
      // What can't run must not be tried again and again.
      const { restart: _, ...rest } = whole;
      return this.#suite.once({ ...rest, image: this.#suite.target.images.missing });
    }
    return this.#suite.request(fault === "invalid request" ? { ...whole, env: ["NO_VALUE"] } : whole);
  }

  #canPublish({ mode }: Partial<DeployRequest>): boolean {
    return (
      !this.#suite.target.oneHost ||
      mode === undefined ||
      !("Replicated" in mode) ||
      (mode.Replicated.Replicas ?? 1) < 2
    );
  }

  async #port(number: number): Promise<number> {
    const port = this.#ports.get(number) ?? (await this.#suite.freePort());
    this.#ports.set(number, port);
    return port;
  }
}
