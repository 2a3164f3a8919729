import { DeploymentError, type LockHolder, type NormalizedRequest, type ResourceKind } from "@openfactory/deploy-core";
import { lacks, portLack, throwIfLacking } from "./needs.js";
import { type SimulatedProcess, simulate } from "./process.js";
import { MemoryResources, usedBy } from "./resources.js";
import { desiredInstances, isRunning, type MemoryInstance, type MemoryService, newId } from "./service.js";

export interface MemoryEngineOptions {
  /** References that can't be found. Every other image is there. Default: none. */
  missingImages?: readonly string[];
  /** Entrypoints of images that have one, as words. */
  entrypoints?: Readonly<Record<string, readonly string[]>>;
  /** The networks that exist. Default: whatever is asked for. */
  networks?: readonly string[];
  /** Secrets and configs must have been made, by `createResource`. Default: whatever is asked for is there. */
  onlyMadeFiles?: boolean;
  /** What the processes of a service do, whatever its command says. */
  processes?: Readonly<Record<string, SimulatedProcess>>;
}

/** The world in which the strategy deploys: services by name, and what they need. Tests look at it directly. */
export class MemoryEngine {
  readonly services = new Map<string, MemoryService>();
  /** Who holds which lock, by its name. */
  readonly locks = new Map<string, LockHolder>();
  /** The networks that exist, beside those among the resources. Undefined: whatever is asked for. */
  readonly networks: Set<string> | undefined;
  readonly resources = new MemoryResources();
  readonly #options: MemoryEngineOptions;

  constructor(options: MemoryEngineOptions = {}) {
    this.#options = options;
    this.networks = options.networks && new Set(options.networks);
  }

  /** @throws DeploymentError `NOT_FOUND`. */
  service(name: string): MemoryService {
    const service = this.services.get(name);
    if (service !== undefined) return service;
    throw new DeploymentError("NOT_FOUND", `There is no service ${name}.`, {
      hint: "Check the name; it must be exact.",
    });
  }

  /** Makes a service that does not run yet. @throws DeploymentError `ALREADY_EXISTS`, `IMAGE_NOT_FOUND`, `NETWORK_NOT_FOUND`, `NOT_FOUND`. */
  create(request: NormalizedRequest): MemoryService {
    if (this.services.has(request.name)) {
      throw new DeploymentError("ALREADY_EXISTS", `The name ${request.name} is in use.`, {
        hint: "Remove that service first, or choose another name.",
      });
    }
    throwIfLacking(lacks(this, request));
    const service: MemoryService = { id: newId(), request, createdAt: Date.now(), instances: [] };
    this.services.set(request.name, service);
    return service;
  }

  /** Starts what a service is made for. @throws DeploymentError `CONFLICT` (a host port), `TASK_FAILED` (no such program). */
  start(service: MemoryService): void {
    this.#checkPorts(service);
    service.instances = this.#launch(service.request, []);
  }

  /**
   * Makes a service what the request says; or, if that fails and its `updateConfig` says so, what it was before.
   * @throws DeploymentError as {@link create} and {@link start}; nothing is changed then.
   */
  change(service: MemoryService, request: NormalizedRequest): void {
    throwIfLacking(lacks(this, request));
    this.#checkPorts({ ...service, request });
    const instances = this.#launch(request, []);
    const failed = instances.find(({ process }) => process.exitCode);
    const goesBack = failed !== undefined && request.updateConfig?.FailureAction === "rollback";
    service.rolledBackFor = goesBack ? failed : undefined;
    service.instances = goesBack ? this.#launch(service.request, []) : instances;
    service.previous = goesBack ? undefined : service.request;
    service.request = goesBack ? service.request : request;
  }

  /** Sets the number of instances; those that can go on do. */
  scale(service: MemoryService, replicas: number): void {
    const request = { ...service.request, mode: { Replicated: { Replicas: replicas } } };
    service.instances = this.#launch(request, service.instances.slice(0, replicas));
    service.request = request;
  }

  /** Ends the processes of a service, as somebody else would. */
  stop(name: string): void {
    for (const instance of this.service(name).instances.filter(isRunning)) instance.stoppedAt = Date.now();
  }

  /** Removes exactly this service, not another that has come to bear its name. */
  remove(service: MemoryService): void {
    if (this.services.get(service.request.name) === service) this.services.delete(service.request.name);
  }

  hasImage(reference: string): boolean {
    return this.#options.missingImages?.includes(reference) !== true;
  }

  hasNetwork(name: string): boolean {
    return this.networks === undefined || this.networks.has(name) || this.resources.get("network", name) !== undefined;
  }

  hasFile(kind: "secret" | "config", name: string): boolean {
    return !this.#options.onlyMadeFiles || this.resources.get(kind, name) !== undefined;
  }

  /** The service that uses a resource, if there is one. */
  userOf(kind: ResourceKind, name: string): MemoryService | undefined {
    return [...this.services.values()].find(({ request }) => usedBy(request, kind).includes(name));
  }

  #checkPorts({ id, request }: MemoryService): void {
    const others = [...this.services.values()].filter((other) => other.id !== id && other.instances.some(isRunning));
    throwIfLacking(
      portLack(
        request,
        others.map((other) => other.request),
      ),
    );
  }

  #launch(request: NormalizedRequest, kept: MemoryInstance[]): MemoryInstance[] {
    const entrypoint = request.command ?? this.#options.entrypoints?.[request.image] ?? [];
    const process =
      this.#options.processes?.[request.name] ??
      simulate([...entrypoint, ...(request.args ?? [])], request.networks?.length ?? 0);
    if (process.absent) {
      throw new DeploymentError(
        "TASK_FAILED",
        `The process of ${request.name} can't be started: there is no such program.`,
        {
          hint: "Correct the command.",
        },
      );
    }
    const instances = [...kept];
    while (instances.length < desiredInstances(request)) {
      instances.push({ id: newId(), name: `${request.name}.${instances.length + 1}`, process, startedAt: Date.now() });
    }
    return instances;
  }
}
