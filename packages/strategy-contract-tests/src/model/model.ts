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
      ([other, { request }]) => other !== name && Object.keys(request.ports ?? {}).some((port) => wanted.includes(port)),
    );
  }

  deployed(request: DeployRequest, runs: boolean): void {
    this.#services.set(request.name, { request, replicas: runs ? replicasOf(request) : 0, previous: "none" });
  }

  updated(request: DeployRequest): void {
    const previous = this.#services.get(request.name)?.request ?? "none";
    this.#services.set(request.name, { request, replicas: replicasOf(request), previous });
  }

  scaled(name: string, { request }: Expected, replicas: number): void {
    const scaled = { ...request, mode: { Replicated: { Replicas: replicas } } };
    this.#services.set(name, { request: scaled, replicas, previous: "unsaid" });
  }

  /** A second rollback brings back what the first took away. */
  rolledBack(name: string, { request }: Expected, previous: DeployRequest): void {
    this.#services.set(name, { request: previous, replicas: replicasOf(previous), previous: request });
  }

  removed(name: string): void {
    this.#services.delete(name);
  }
}

const replicasOf = ({ mode }: DeployRequest): number =>
  mode !== undefined && "Replicated" in mode ? (mode.Replicated.Replicas ?? 1) : 1;
