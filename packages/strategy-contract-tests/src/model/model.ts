import type { DeployRequest } from "@openfactory/deploy-core";

/** A service as it should be. */
export interface Expected {
  /** What it was last made from. */
  request: DeployRequest;
  /** How many of its processes should run. */
  replicas: number;
  /** What a rollback brings back: a request; nothing, so that it is refused; or what the contract does not say. */
  previous: DeployRequest | "none" | "unsaid";
}

/** Which services should exist, with which settings. */
export class Model {
  readonly #services = new Map<string, Expected>();
  readonly #missingImage: string;

  /** @param missingImage an image of which no process runs, whatever is asked for. */
  constructor(missingImage: string) {
    this.#missingImage = missingImage;
  }

  get(name: string): Expected | undefined {
    return this.#services.get(name);
  }

  all(): [string, Expected][] {
    return [...this.#services];
  }

  /** Whether another service has one of this request's host ports. */
  portTaken({ name, ports }: DeployRequest): boolean {
    const wanted = Object.keys(ports ?? {});
    return this.all().some(
      ([other, { request }]) =>
        other !== name && Object.keys(request.ports ?? {}).some((port) => wanted.includes(port)),
    );
  }

  deployed(request: DeployRequest): void {
    this.#services.set(request.name, { request, replicas: this.#replicasOf(request), previous: "none" });
  }

  updated(request: DeployRequest): void {
    const before = this.#services.get(request.name)?.request;
    // How a rollback ends at a version that can't run is not said.
    const previous = before === undefined ? "none" : this.#runs(before) ? before : "unsaid";
    this.#services.set(request.name, { request, replicas: this.#replicasOf(request), previous });
  }

  scaled(name: string, { request }: Expected, replicas: number): void {
    const scaled = { ...request, mode: { Replicated: { Replicas: replicas } } };
    this.#services.set(name, { request: scaled, replicas: this.#replicasOf(scaled), previous: "unsaid" });
  }

  /** A second rollback brings back what the first took away. */
  rolledBack(name: string, { request }: Expected, previous: DeployRequest): void {
    this.#services.set(name, { request: previous, replicas: this.#replicasOf(previous), previous: request });
  }

  removed(name: string): void {
    this.#services.delete(name);
  }

  #runs({ image }: DeployRequest): boolean {
    return image !== this.#missingImage;
  }

  #replicasOf(request: DeployRequest): number {
    const { mode } = request;
    if (!this.#runs(request)) return 0;
    return mode !== undefined && "Replicated" in mode ? (mode.Replicated.Replicas ?? 1) : 1;
  }
}
