import type { DeployRequest } from "@openfactory/deploy-core";
import type { Suite } from "../suite.js";

/** The settings of a service in a step. */
export interface Settings {
  part: Partial<DeployRequest>;
  /** The number of its networks. */
  networks?: number;
  /** Which of the run's host ports it publishes. There are few, so that services conflict. */
  port?: number;
}

/** The fault of a step; `abort` is the number of progress events after which the caller aborts, 0 before the call. */
export type Fault = "missing image" | "missing network" | "invalid request" | { abort: number };

/**
 * One step of a random run; `service` is an index into the names of the run. Every step is possible in every state
 * (removing a missing service is a step as well), so steps are plain data, and a run repeats by its seed and path.
 */
export type Step =
  | { do: "deploy"; service: number; settings: Settings; fault?: Fault }
  | { do: "remove"; service: number }
  | { do: "scale"; service: number; replicas: number }
  | { do: "update"; service: number; settings: Settings; fault?: Fault }
  | { do: "rollback"; service: number };

/** The names of one run: each contains the first. */
const patterns = [
  (name: string) => name,
  (name: string) => `${name}-x`,
  (name: string) => `x${name}`,
  (name: string) => `${name}0`,
];

export const SERVICES = patterns.length;
export const PORTS = 2;

/** The services of one run: their names, host ports and requests. Each run has new ones, so that runs do not conflict. */
export class RunServices {
  readonly #suite: Suite;
  readonly #names: readonly string[];
  readonly #ports = new Map<number, number>();

  constructor(suite: Suite) {
    this.#suite = suite;
    const first = suite.name();
    this.#names = patterns.map((pattern) => suite.owned(pattern(first)));
  }

  name(service: number): string {
    return this.#names[service] as string;
  }

  /** The request of a step. */
  async request(service: number, { part, networks, port }: Settings, fault?: Fault): Promise<DeployRequest> {
    const request = { ...part, name: this.name(service) };
    const joined = networks === undefined ? [] : await this.#suite.networks(networks);
    if (fault === "missing network") joined.push("no-such-network");
    const whole = {
      ...request,
      ...(joined.length > 0 && { networks: joined }),
      ...(port !== undefined && this.#canPublish(part) && { ports: { [await this.#port(port)]: 80 } }),
    };
    if (fault === "missing image") {
      // A service that can't run must not be restarted.
      const { restart: _, ...rest } = whole;
      return this.#suite.once({ ...rest, image: this.#suite.target.images.missing });
    }
    return this.#suite.request(fault === "invalid request" ? { ...whole, env: ["NO_VALUE"] } : whole);
  }

  #canPublish({ mode }: Partial<DeployRequest>): boolean {
    return (
      !this.#suite.target.singleHost ||
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
