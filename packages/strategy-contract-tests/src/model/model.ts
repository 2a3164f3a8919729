import type { DeployRequest } from "@openfactory/deploy-core";

/** The expected state of a service. */
export interface Expected {
  /** The request of its last change. */
  request: DeployRequest;
  /** The expected number of running processes. */
  replicas: number;
  /** The version that a rollback restores; `none`: the rollback is rejected; `unspecified`: the contract does not define it. */
  previous: DeployRequest | "none" | "unspecified";
}

/** The services that should exist, with their settings. */
export class Model {
  readonly #services = new Map<string, Expected>();
  readonly #missingImage: string;

  /** @param missingImage an image of which no process runs. */
  constructor(missingImage: string) {
    this.#missingImage = missingImage;
  }

  get(name: string): Expected | undefined {
    return this.#services.get(name);
  }

  all(): [string, Expected][] {
    return [...this.#services];
  }

  /** Whether another service has a host port of this request. */
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
    // The contract does not define a rollback to a version that can't run.
    const previous = before === undefined ? "none" : this.#runs(before) ? before : "unspecified";
    this.#services.set(request.name, { request, replicas: this.#replicasOf(request), previous });
  }

  scaled(name: string, { request }: Expected, replicas: number): void {
    const scaled = { ...request, mode: { Replicated: { Replicas: replicas } } };
    this.#services.set(name, { request: scaled, replicas: this.#replicasOf(scaled), previous: "unspecified" });
  }

  /** A second rollback restores the version that the first replaced. */
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
