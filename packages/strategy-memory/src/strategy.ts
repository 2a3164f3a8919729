import {
  type CanInspect,
  type CanList,
  type CanLock,
  type CanLogs,
  type CanManageResources,
  type CanPreflight,
  type CanRollback,
  type CanScale,
  type CanTellSettings,
  type CanUpdate,
  type CanWait,
  DeploymentError,
  type DeployOptions,
  type Deployment,
  type DeploymentWarning,
  type DeployRequest,
  inContext,
  type ListOptions,
  type ListResourcesOptions,
  type LockHolder,
  type LogEntry,
  type LogsOptions,
  OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type PreflightProblem,
  type PreflightRequest,
  type RemoveOptions,
  type RemoveResourceOptions,
  type Resource,
  RESOURCE_KINDS,
  type ResourceKind,
  type ResourceSpec,
  type ServiceSettings,
  type ServiceStatus,
  sleep,
  type StrategyManifest,
  throwIfAborted,
  type UpdateOptions,
  type WaitOptions,
} from "@openfactory/deploy-core";
import { MemoryEngine } from "./engine.js";
import { logsOf } from "./logs.js";
import { memoryManifest } from "./manifest.js";
import type { MemoryOptions, Operation } from "./options.js";
import { preflight } from "./preflight.js";
import { removeResource } from "./remove-resource.js";
import type { MemoryService } from "./service.js";
import { revisionOf, settingsOf } from "./settings.js";
import { serviceStatus } from "./status.js";
import { waitFor } from "./wait.js";

/** Deploys into memory: nothing runs, and everything answers as if it did. */
export class MemoryDeploymentStrategy
  extends OpenFactoryServiceDeploymentStrategy
  implements
    CanInspect,
    CanList,
    CanWait,
    CanLogs,
    CanUpdate,
    CanRollback,
    CanScale,
    CanTellSettings,
    CanLock,
    CanManageResources,
    CanPreflight
{
  override readonly manifest: StrategyManifest;
  /** The world; two strategies may share one. */
  readonly engine: MemoryEngine;
  readonly resourceKinds = RESOURCE_KINDS;
  readonly #options: MemoryOptions;

  constructor(options: MemoryOptions = {}, engine = new MemoryEngine(options)) {
    super();
    this.#options = options;
    this.engine = engine;
    this.manifest = memoryManifest(options.honours);
  }

  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return this.#run("deploy", request.name, options, async (step) => {
      await step("create");
      const service = this.engine.create(request);
      try {
        await step("start");
        this.#failIfAsked("deploy", request.name);
        this.engine.start(service);
        return deployment(service, warnings);
      } catch (error) {
        this.engine.remove(service);
        throw error;
      }
    });
  }

  async remove(name: string, options: RemoveOptions = {}): Promise<void> {
    await this.#run("remove", name, options, async (step) => {
      const service = this.engine.service(name);
      await step("remove");
      this.#failIfAsked("remove", name);
      this.engine.remove(service);
    });
  }

  async inspect(name: string, options: OperationOptions = {}): Promise<ServiceStatus> {
    return this.#run("inspect", name, options, async () => this.#status(this.engine.service(name)));
  }

  async list({ labels = {}, signal }: ListOptions = {}): Promise<ServiceStatus[]> {
    throwIfAborted(signal, { strategy: this.manifest.name });
    await sleep(this.#options.latencyMs ?? 0, signal, { strategy: this.manifest.name });
    return [...this.engine.services.values()]
      .map((service) => this.#status(service))
      .filter((status) => Object.entries(labels).every(([key, value]) => status.labels[key] === value))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async wait(name: string, options: WaitOptions = {}): Promise<ServiceStatus> {
    return this.#run("wait", name, options, () => waitFor(this.engine, name, this.manifest.honours, options));
  }

  async *logs(name: string, options: LogsOptions = {}): AsyncGenerator<LogEntry> {
    try {
      throwIfAborted(options.signal);
      this.#failIfAsked("logs", name);
      yield* logsOf(this.engine, name, options);
    } catch (error) {
      throw this.#explained(error, name);
    }
  }

  async settingsOf(input: DeployRequest, options: OperationOptions = {}): Promise<ServiceSettings> {
    const { request } = this.prepare(input, { signal: options.signal });
    return settingsOf(request, this.manifest.honours);
  }

  async update(input: DeployRequest, options: UpdateOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return this.#run("update", request.name, options, async (step) => {
      await step("update");
      this.#failIfAsked("update", request.name);
      const service = this.engine.service(request.name);
      if (options.revision !== undefined && options.revision !== revisionOf(service.request)) {
        throw new DeploymentError("CONFLICT", `Service ${request.name} has been changed since it was looked at.`, {
          hint: "Look at it again, and decide anew.",
        });
      }
      this.engine.change(service, request);
      return deployment(service, warnings);
    });
  }

  async rollback(name: string, options: OperationOptions = {}): Promise<Deployment> {
    return this.#run("rollback", name, options, async (step) => {
      const service = this.engine.service(name);
      if (service.previous === undefined) {
        throw new DeploymentError("CONFLICT", `Service ${name} has no earlier version.`, {
          hint: "Update it instead.",
        });
      }
      await step("rollback");
      this.#failIfAsked("rollback", name);
      this.engine.change(service, service.previous);
      return deployment(service, []);
    });
  }

  async scale(name: string, replicas: number, options: OperationOptions = {}): Promise<void> {
    await this.#run("scale", name, options, async (step) => {
      if (!Number.isSafeInteger(replicas) || replicas < 0) {
        throw new DeploymentError("INVALID_REQUEST", "The number of replicas is not a whole number of at least 0.", {
          hint: "Give the number of replicas that should run.",
        });
      }
      const service = this.engine.service(name);
      if (service.request.mode !== undefined && !("Replicated" in service.request.mode)) {
        throw new DeploymentError("UNSUPPORTED", `Service ${name} has no replicas.`, {
          hint: "Deploy it in replicated mode.",
        });
      }
      await step("scale");
      this.#failIfAsked("scale", name);
      this.engine.scale(service, replicas);
    });
  }

  async listResources(options: ListResourcesOptions = {}): Promise<Resource[]> {
    return this.#here(options, () => this.engine.resources.list(options));
  }

  async createResource(spec: ResourceSpec, options: OperationOptions = {}): Promise<Resource> {
    return this.#here(options, () => this.engine.resources.create(spec));
  }

  async removeResource(kind: ResourceKind, name: string, options: RemoveResourceOptions = {}): Promise<void> {
    await this.#here(options, () => removeResource(this.engine, kind, name, options));
  }

  async preflight(requests: readonly PreflightRequest[], options: OperationOptions = {}): Promise<PreflightProblem[]> {
    return this.#here(options, () => preflight(this.engine, requests));
  }

  /** An operation that is about no service. */
  async #here<Result>({ signal }: OperationOptions, work: () => Result | Promise<Result>): Promise<Result> {
    const context = { strategy: this.manifest.name };
    return inContext(context, async () => {
      await sleep(this.#options.latencyMs ?? 0, signal, context);
      return work();
    });
  }

  #status(service: MemoryService): ServiceStatus {
    return serviceStatus(service, this.manifest.honours);
  }

  async lock(name: string, holder: LockHolder, { signal }: OperationOptions = {}): Promise<LockHolder | undefined> {
    throwIfAborted(signal, { strategy: this.manifest.name });
    const held = this.engine.locks.get(name);
    if (held !== undefined) return { ...held };
    this.engine.locks.set(name, { ...holder });
    return undefined;
  }

  async unlock(name: string, holderId: string, { signal }: OperationOptions = {}): Promise<void> {
    throwIfAborted(signal, { strategy: this.manifest.name });
    if (this.engine.locks.get(name)?.id === holderId) this.engine.locks.delete(name);
  }

  /** Every operation: errors know service and strategy, and each step is told, takes its time, and can be aborted. */
  async #run<Result>(
    operation: Operation,
    service: string,
    { signal, observer }: OperationOptions,
    work: (step: (name: string) => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    try {
      throwIfAborted(signal);
      if (operation === "inspect" || operation === "wait") this.#failIfAsked(operation, service);
      return await work(async (step) => {
        observer?.({ type: "step", service, step });
        await sleep(this.#options.latencyMs ?? 0, signal);
      });
    } catch (error) {
      throw this.#explained(error, service);
    }
  }

  #failIfAsked(operation: Operation, service: string): void {
    const { failOn = {} } = this.#options;
    const asked = Object.hasOwn(failOn, service) ? failOn[service] : undefined;
    if (asked === undefined) return;
    if (!DeploymentError.isInstance(asked)) {
      const error = asked[operation];
      if (error !== undefined) throw error;
    } else if (operation === "deploy") throw asked;
  }

  #explained(error: unknown, service: string): unknown {
    if (!DeploymentError.isInstance(error)) return error;
    return DeploymentError.withContext(error, { service, strategy: this.manifest.name });
  }
}

const deployment = ({ id, request }: MemoryService, warnings: DeploymentWarning[]): Deployment => ({
  name: request.name,
  ids: [id],
  image: request.image,
  warnings,
});
