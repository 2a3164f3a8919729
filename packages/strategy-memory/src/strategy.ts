import {
  amendRequest,
  type CanExec,
  type CanInspect,
  type CanList,
  type CanLock,
  type CanLogs,
  type CanManageResources,
  type CanPreflight,
  type CanRestart,
  type CanRollback,
  type CanScale,
  type CanStop,
  type CanReportSettings,
  type CanUpdate,
  type CanWait,
  DeploymentError,
  type DeployOptions,
  type Deployment,
  type DeploymentWarning,
  type DeployRequest,
  type ExecOptions,
  type ExecResult,
  inContext,
  type ListOptions,
  type ListResourcesOptions,
  type LockHolder,
  type LogEntry,
  type LogsOptions,
  type NormalizedRequest,
  OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type PreflightOptions,
  type PreflightProblem,
  type PreflightRequest,
  type ProcessChange,
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
import { execIn } from "./exec.js";
import { logsOf } from "./logs.js";
import { memoryManifest } from "./manifest.js";
import type { MemoryOptions, Operation } from "./options.js";
import { preflight } from "./preflight.js";
import type { MemoryService } from "./service.js";
import { revisionOf, serviceStatus, settingsOf } from "./status.js";
import { waitFor } from "./wait.js";

/**
 * Called before and after each call of the strategy takes effect, with the call as in {@link MemoryDeploymentStrategy.calls}.
 * An error that it throws is the result of the call; with `after`, the call has taken effect.
 */
export type Intercept = (call: string, phase: "before" | "after") => unknown;

/** Deploys into memory: nothing runs, and every operation answers as if it did. */
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
    CanRestart,
    CanStop,
    CanExec,
    CanReportSettings,
    CanLock,
    CanManageResources,
    CanPreflight
{
  override readonly manifest: StrategyManifest;
  /** The engine. Strategies can share one. */
  readonly engine: MemoryEngine;
  readonly resourceKinds = RESOURCE_KINDS;
  /** The calls so far: the operation and its subject, e.g. `deploy web`, `list`, `createResource network net`. */
  readonly calls: string[] = [];
  /** Runs before and after each call, to fail it, delay it, or change the engine. Default: none. */
  intercept: Intercept | undefined;
  /** The options. Changes apply to later calls. */
  readonly options: MemoryOptions;

  constructor(options: MemoryOptions = {}, engine = new MemoryEngine(options)) {
    super();
    this.options = { ...options };
    this.engine = engine;
    const { supportedFields, listsSettings = true, manifest } = options;
    this.manifest = { ...memoryManifest(supportedFields), listsSettings, ...manifest };
  }

  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return this.#run("deploy", request.name, options, async (step) => {
      await step("create");
      const service = this.engine.create(this.#pinned(request));
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

  async list({ labels = {}, settings = false, signal }: ListOptions = {}): Promise<ServiceStatus[]> {
    return this.#onEngine("list", { signal }, () => {
      const { listsSettings = true } = this.options;
      const found = [...this.engine.services.values()]
        .map((service) => this.#status(service, settings || listsSettings))
        .filter((status) => Object.entries(labels).every(([key, value]) => status.labels[key] === value))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      if (settings && !listsSettings) this.calls.push(...found.map(({ name }) => `inspect ${name}`));
      return found;
    });
  }

  async engineId({ signal }: OperationOptions = {}): Promise<string> {
    return this.#onEngine("engineId", { signal }, () => this.engine.id);
  }

  async wait(name: string, options: WaitOptions = {}): Promise<ServiceStatus> {
    return this.#run("wait", name, options, async () =>
      this.#covered(await waitFor(this.engine, name, this.manifest.supportedFields, options)),
    );
  }

  async *logs(name: string, options: LogsOptions = {}): AsyncGenerator<LogEntry> {
    try {
      await this.#call(`logs ${name}`, () => {
        throwIfAborted(options.signal);
        this.#failIfAsked("logs", name);
      });
      yield* logsOf(this.engine, name, options);
    } catch (error) {
      throw this.#explained(error, name);
    }
  }

  async settingsOf(input: DeployRequest, options: OperationOptions = {}): Promise<ServiceSettings> {
    const { request } = this.prepare(input, { signal: options.signal });
    return this.#call(`settingsOf ${request.name}`, () =>
      settingsOf(this.#pinned(request), this.manifest.supportedFields),
    );
  }

  async update(input: DeployRequest, options: UpdateOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return this.#run("update", request.name, options, async (step) => {
      await step("update");
      this.#failIfAsked("update", request.name);
      const service = this.engine.service(request.name);
      if (options.revision !== undefined && options.revision !== revisionOf(service.request)) {
        throw new DeploymentError("CONFLICT", `Service ${request.name} was modified since the plan was made.`, {
          hint: "Run `ofdeploy plan` again.",
        });
      }
      this.engine.change(service, this.#pinned(request), this.options.onFailedUpdate);
      return deployment(service, warnings);
    });
  }

  async rollback(name: string, options: OperationOptions = {}): Promise<Deployment> {
    return this.#run("rollback", name, options, async (step) => {
      const service = this.engine.service(name);
      if (service.previous === undefined) {
        throw new DeploymentError("CONFLICT", `Service ${name} has no previous version to roll back to.`, {
          hint: "Deploy the version that you want.",
        });
      }
      await step("rollback");
      this.#failIfAsked("rollback", name);
      this.engine.change(service, service.previous, "leave");
      return deployment(service, []);
    });
  }

  async scale(name: string, replicas: number, options: OperationOptions = {}): Promise<void> {
    await this.#run(
      "scale",
      name,
      options,
      async (step) => {
        if (!Number.isSafeInteger(replicas) || replicas < 0) {
          throw new DeploymentError("INVALID_REQUEST", `Invalid number of replicas: ${replicas}.`, {
            hint: "Use a whole number, 0 or more.",
          });
        }
        const service = this.engine.service(name);
        if (service.request.mode !== undefined && !("Replicated" in service.request.mode)) {
          throw new DeploymentError(
            "UNSUPPORTED",
            `Service ${name} can't be scaled: it is a global service or a job.`,
            {
              hint: "Deploy it in replicated mode.",
            },
          );
        }
        await step("scale");
        this.#failIfAsked("scale", name);
        this.engine.scale(service, replicas);
      },
      `scale ${name} ${replicas}`,
    );
  }

  async restart(name: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#changeProcesses("restart", name, options, (service) => this.engine.restart(service));
  }

  async stop(name: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#changeProcesses("stop", name, options, (service) => this.engine.stopService(service));
  }

  async start(name: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#changeProcesses("start", name, options, (service) => this.engine.startService(service));
  }

  async exec(name: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#run("exec", name, options, async () => {
      this.#failIfAsked("exec", name);
      return execIn(this.engine.service(name), command, options);
    });
  }

  async listResources(options: ListResourcesOptions = {}): Promise<Resource[]> {
    const { kinds = this.resourceKinds } = options;
    return this.#onEngine(`listResources ${kinds.join(" ")}`, options, () => this.engine.resources.list(options));
  }

  async createResource(spec: ResourceSpec, options: OperationOptions = {}): Promise<Resource> {
    return this.#onEngine(`createResource ${spec.kind} ${spec.name}`, options, () =>
      this.engine.resources.create(spec),
    );
  }

  async removeResource(kind: ResourceKind, name: string, options: RemoveResourceOptions = {}): Promise<void> {
    await this.#onEngine(`removeResource ${kind} ${name}`, options, () =>
      this.engine.removeResource(kind, name, options),
    );
  }

  async preflight(requests: readonly PreflightRequest[], options: PreflightOptions = {}): Promise<PreflightProblem[]> {
    const names = requests.map(({ request }) => request.name);
    return this.#onEngine(`preflight ${names.join(" ")}`, options, () => preflight(this.engine, requests));
  }

  async lock(name: string, holder: LockHolder, options: OperationOptions = {}): Promise<LockHolder | undefined> {
    return this.#onEngine(`lock ${name}`, options, () => {
      const held = this.engine.locks.get(name);
      if (held !== undefined) return { ...held };
      this.engine.locks.set(name, { ...holder });
      return undefined;
    });
  }

  async unlock(name: string, holderId: string, options: OperationOptions = {}): Promise<void> {
    await this.#onEngine(`unlock ${name}`, options, () => {
      if (this.engine.locks.get(name)?.id === holderId) this.engine.locks.delete(name);
    });
  }

  async #changeProcesses(
    operation: "restart" | "stop" | "start",
    name: string,
    options: OperationOptions,
    change: (service: MemoryService) => boolean,
  ): Promise<ProcessChange> {
    return this.#run(operation, name, options, async (step) => {
      const service = this.engine.service(name);
      await step(operation);
      this.#failIfAsked(operation, name);
      return { name, changed: change(service), warnings: [] };
    });
  }

  /** An operation without a service. */
  async #onEngine<Result>(
    call: string,
    { signal }: OperationOptions,
    work: () => Result | Promise<Result>,
  ): Promise<Result> {
    const context = { strategy: this.manifest.name };
    return inContext(context, () =>
      this.#call(call, async () => {
        throwIfAborted(signal, context);
        await this.#latency(signal);
        return work();
      }),
    );
  }

  /** An operation on a service: its errors have context, and each step is reported, takes its time, and can be aborted. */
  async #run<Result>(
    operation: Operation,
    service: string,
    { signal, observer }: OperationOptions,
    work: (step: (name: string) => Promise<void>) => Promise<Result>,
    call = `${operation} ${service}`,
  ): Promise<Result> {
    try {
      return await this.#call(call, async () => {
        throwIfAborted(signal);
        if (operation === "inspect" || operation === "wait") this.#failIfAsked(operation, service);
        return work(async (step) => {
          observer?.({ type: "step", service, step });
          throwIfAborted(signal);
          await this.#latency(signal);
        });
      });
    } catch (error) {
      throw this.#explained(error, service);
    }
  }

  /** Logs a call, and lets `intercept` change it. */
  async #call<Result>(call: string, work: () => Result | Promise<Result>): Promise<Result> {
    this.calls.push(call);
    await this.intercept?.(call, "before");
    const result = await work();
    await this.intercept?.(call, "after");
    return result;
  }

  async #latency(signal: AbortSignal | undefined): Promise<void> {
    const { latencyMs = 0 } = this.options;
    if (latencyMs > 0) await sleep(latencyMs, signal, { strategy: this.manifest.name });
  }

  /** A status with the parts that the capabilities of the manifest cover. */
  #covered({ settings, revision, previous, ...status }: ServiceStatus, withSettings = true): ServiceStatus {
    const { capabilities } = this.manifest;
    const hasSettings = withSettings && capabilities.includes("settings");
    if (previous !== undefined && !hasSettings) {
      const { settings: _, ...rest } = previous;
      previous = rest;
    }
    return {
      ...status,
      ...(hasSettings && settings && { settings }),
      ...(capabilities.includes("update") && revision !== undefined && { revision }),
      ...(capabilities.includes("rollback") && previous && { previous }),
    };
  }

  #status(service: MemoryService, withSettings = true): ServiceStatus {
    return this.#covered(serviceStatus(service, this.manifest.supportedFields), withSettings);
  }

  /** The request with the digest that the registry returns for its image. */
  #pinned(request: NormalizedRequest): NormalizedRequest {
    const digest = this.options.digests?.[request.image];
    if (request.imagePullPolicy !== "always" || digest === undefined || request.image.includes("@")) return request;
    return amendRequest(request, { image: `${request.image}@${digest}` });
  }

  #failIfAsked(operation: Operation, service: string): void {
    const { failOn = {} } = this.options;
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
