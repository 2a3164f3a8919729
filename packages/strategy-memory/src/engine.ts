import {
  DeploymentError,
  type DeployRequest,
  type LockHolder,
  type NormalizedRequest,
  parseRequest,
  type RemoveResourceOptions,
  type ResourceKind,
  type ServiceStatus,
  sleep,
} from "@openfactory/deploy-core";
import { type SimulatedProcess, simulate } from "./process.js";
import { findMissing, findPortInUse, throwIfMissing } from "./requirements.js";
import { MemoryResources, usedBy } from "./resources.js";
import { desiredInstances, isRunning, type MemoryInstance, type MemoryService, newId } from "./service.js";

export interface MemoryEngineOptions {
  /** Images that don't exist. Default: every image exists. */
  missingImages?: readonly string[];
  /** Entrypoints of images that have one, as words. */
  entrypoints?: Readonly<Record<string, readonly string[]>>;
  /** The networks that exist. Default: every network exists. */
  networks?: readonly string[];
  /** Secrets and configs must be created with `createResource`. Default false: every secret and config exists. */
  onlyMadeFiles?: boolean;
  /** The behavior of a service's processes, by service name, whatever its command is. */
  processes?: Readonly<Record<string, SimulatedProcess>>;
}

const REMOVE_TIMEOUT_MS = 10_000;
const POLL_INTERVAL_MS = 5;
/** The host ports that an engine chooses (IANA, dynamic ports). */
const FIRST_CHOSEN_PORT = 49_152;
const CHOSEN_PORTS = 16_384;

/** What happens when the new version of an update fails: see {@link MemoryEngine.change}. */
export type UpdateFailureAction = "leave" | "rollback" | "keep";

/** The engine in memory: services, resources and locks. Several strategies can share it. Tests read and change it directly. */
export class MemoryEngine {
  /** Differs for every engine. */
  readonly id = newId();
  readonly services = new Map<string, MemoryService>();
  /** The holders of locks, by name of the lock. */
  readonly locks = new Map<string, LockHolder>();
  /** The networks that exist in addition to the resources. Undefined: every network exists. */
  readonly networks: Set<string> | undefined;
  readonly resources = new MemoryResources();
  /** The behavior of a service's processes, by service name. It applies to processes that start from now on. */
  readonly processes: Record<string, SimulatedProcess>;
  readonly #options: MemoryEngineOptions;
  #chosenPorts = 0;

  constructor(options: MemoryEngineOptions = {}) {
    this.#options = options;
    this.processes = { ...options.processes };
    this.networks = options.networks && new Set(options.networks);
  }

  /** @throws DeploymentError `NOT_FOUND`. */
  service(name: string): MemoryService {
    const service = this.services.get(name);
    if (service !== undefined) return service;
    throw new DeploymentError("NOT_FOUND", `There is no service ${name}.`, {
      hint: "Names must match exactly.",
    });
  }

  /** Creates a service that does not run yet. @throws DeploymentError `ALREADY_EXISTS`, `IMAGE_NOT_FOUND`, `NETWORK_NOT_FOUND`, `NOT_FOUND`. */
  create(request: NormalizedRequest): MemoryService {
    if (this.services.has(request.name)) {
      throw new DeploymentError("ALREADY_EXISTS", `A service named ${request.name} already exists.`, {
        hint: "Choose another name, or remove the existing service first.",
      });
    }
    throwIfMissing(findMissing(this, request));
    const service: MemoryService = { id: newId(), request, createdAt: Date.now(), instances: [] };
    this.services.set(request.name, service);
    return service;
  }

  /** Starts the processes of a service. @throws DeploymentError `CONFLICT` (a host port), `TASK_FAILED` (no such program). */
  start(service: MemoryService): void {
    this.#checkPorts(service);
    service.instances = this.#launch(service.request, []);
    this.#connect(service);
  }

  /**
   * Updates a service. If the new version fails, `onFailure` decides: it stays (`leave`), or the engine returns to the
   * previous version (`rollback`), or the update fails and changes nothing (`keep`).
   * @param onFailure default: as the `updateConfig` of the request says, else `leave`.
   * @throws DeploymentError as {@link create} and {@link start}, and `TASK_FAILED` with `keep`; nothing is changed then.
   */
  change(service: MemoryService, request: NormalizedRequest, onFailure = failureAction(request)): void {
    throwIfMissing(findMissing(this, request));
    this.#checkPorts({ ...service, request });
    const instances = this.#launch(request, []);
    const failed = instances.find(({ process }) => process.exitCode);
    if (failed !== undefined && onFailure === "keep") throw updateFailed(request.name, failed);
    const isRolledBack = failed !== undefined && onFailure === "rollback";
    service.rolledBackFor = isRolledBack ? failed : undefined;
    service.instances = isRolledBack ? this.#launch(service.request, []) : instances;
    service.previous = isRolledBack ? undefined : service.request;
    service.request = isRolledBack ? service.request : request;
    this.#connect(service);
    delete service.status;
  }

  /** Sets the number of instances. Existing ones keep running, and stopped ones are replaced. */
  scale(service: MemoryService, replicas: number): void {
    const request = { ...service.request, mode: { Replicated: { Replicas: replicas } } };
    const kept = service.instances.filter(({ stoppedAt }) => stoppedAt === undefined).slice(0, replicas);
    service.instances = this.#launch(request, kept);
    service.request = request;
    delete service.status;
  }

  /** Replaces the instances of a service by new ones. @returns whether there are any. @throws DeploymentError as {@link start}. */
  restart(service: MemoryService): boolean {
    this.start(service);
    delete service.status;
    return service.instances.length > 0;
  }

  /** Stops the instances of a service. @returns whether any was running. */
  stopService({ instances }: MemoryService): boolean {
    const running = instances.filter(isRunning);
    for (const instance of running) instance.stoppedAt = Date.now();
    return running.length > 0;
  }

  /** Starts a service if it was stopped. @returns whether it was. @throws DeploymentError as {@link start}. */
  startService(service: MemoryService): boolean {
    return service.instances.some(({ stoppedAt }) => stoppedAt !== undefined) && this.restart(service);
  }

  /** Creates or replaces a service that runs, without any check. @param status overrides parts of its status. */
  put(request: Partial<DeployRequest> & { readonly name: string }, status?: Partial<ServiceStatus>): MemoryService {
    const normalized = parseRequest({ image: "demo:1", ...request });
    const service: MemoryService = { id: newId(), request: normalized, createdAt: Date.now(), instances: [] };
    service.instances = this.#launch(normalized, []);
    if (status !== undefined) service.status = status;
    this.#connect(service);
    this.services.set(request.name, service);
    return service;
  }

  /** Ends the processes of a service with an exit code, as a process does by itself. */
  exit(name: string, exitCode: number): void {
    for (const instance of this.service(name).instances.filter(isRunning))
      instance.process = { ...instance.process, exitCode };
  }

  /** Stops the processes of a service, as a user does. */
  stop(name: string): void {
    this.stopService(this.service(name));
  }

  /** Removes exactly this service, not a later one with its name. */
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

  /** The service that uses a resource, if any. */
  userOf(kind: ResourceKind, name: string): MemoryService | undefined {
    return [...this.services.values()].find(({ request }) => usedBy(request, kind).includes(name));
  }

  /** Removes a resource once no service uses it. @throws DeploymentError `NOT_FOUND`, `CONFLICT`, `UNSUPPORTED`, `ABORTED`. */
  async removeResource(
    kind: ResourceKind,
    name: string,
    { timeoutMs = REMOVE_TIMEOUT_MS, signal }: RemoveResourceOptions,
  ): Promise<void> {
    const end = Date.now() + timeoutMs;
    this.resources.require(kind, name);
    for (let user = this.userOf(kind, name); user !== undefined; user = this.userOf(kind, name)) {
      if (Date.now() >= end) {
        throw new DeploymentError("CONFLICT", `The ${kind} ${name} is in use by service ${user.request.name}.`, {
          hint: "Remove the service first.",
        });
      }
      await sleep(POLL_INTERVAL_MS, signal);
    }
    this.resources.remove(kind, name);
  }

  /** The state of everything, without ids and times, to compare it before and after. */
  snapshot(): { services: Record<string, unknown>; resources: string[]; locks: string[] } {
    const services = [...this.services].map(([name, { request, instances, status }]) => [
      name,
      { request, running: instances.filter(isRunning).length, ...status },
    ]);
    return {
      services: Object.fromEntries(services.sort()),
      resources: this.resources.keys(),
      locks: [...this.locks.keys()].sort(),
    };
  }

  /** Attaches a service to its networks, and publishes its ports. */
  #connect(service: MemoryService): void {
    const { networks, ports = [] } = service.request;
    if (networks === undefined) delete service.networks;
    else service.networks = networks.flatMap((name) => this.#network(name));
    service.ports = ports.map((port) => ({ ...port, published: port.published ?? this.#choosePort() }));
  }

  /** A network that is known only by a name that every service may use has no id. */
  #network(name: string): { id: string; name: string }[] {
    const [resource] = this.resources.named("network", name);
    if (resource !== undefined) return [{ id: resource.id, name }];
    return this.networks?.has(name) ? [{ id: `network-${name}`, name }] : [];
  }

  #choosePort(): number {
    this.#chosenPorts += 1;
    return FIRST_CHOSEN_PORT + (this.#chosenPorts % CHOSEN_PORTS);
  }

  #checkPorts({ id, request }: MemoryService): void {
    const others = [...this.services.values()].filter((other) => other.id !== id && other.instances.some(isRunning));
    throwIfMissing(
      findPortInUse(
        request,
        others.map((other) => other.request),
      ),
    );
  }

  #launch(request: NormalizedRequest, kept: MemoryInstance[]): MemoryInstance[] {
    const entrypoint = request.command ?? this.#options.entrypoints?.[request.image] ?? [];
    const configured = Object.hasOwn(this.processes, request.name) ? this.processes[request.name] : undefined;
    const process = configured ?? simulate([...entrypoint, ...(request.args ?? [])], request.networks?.length ?? 0);
    if (process.absent) {
      throw new DeploymentError(
        "TASK_FAILED",
        `Can't start the process of ${request.name}: the program does not exist.`,
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

const failureAction = ({ updateConfig }: NormalizedRequest): UpdateFailureAction =>
  updateConfig?.FailureAction === "rollback" ? "rollback" : "leave";

const updateFailed = (name: string, { id, process }: MemoryInstance): DeploymentError =>
  new DeploymentError("TASK_FAILED", `The new version of ${name} exited with code ${process.exitCode}.`, {
    instance: {
      id,
      ...(process.exitCode !== undefined && { exitCode: process.exitCode }),
      lastLogLines: (process.lines ?? []).map(({ line }) => line),
    },
    hint: "Check the log of the process.",
  });
