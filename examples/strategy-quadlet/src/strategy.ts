import { randomUUID, createHash } from "node:crypto";
import {
  type CanDiagnose,
  type CanExec,
  type CanInspect,
  type CanList,
  type CanLock,
  type CanLogs,
  type CanManageResources,
  type CanReportSettings,
  type CanRestart,
  type CanRollback,
  type CanStop,
  type CanUpdate,
  type CanWait,
  DeploymentError,
  type Deployment,
  type DeploymentWarning,
  type DeployOptions,
  type DeployRequest,
  type Diagnosis,
  type DiagnoseOptions,
  type ExecOptions,
  type ExecResult,
  inContext,
  isServiceName,
  type ListOptions,
  type ListResourcesOptions,
  type LockHolder,
  type LogEntry,
  type LogsOptions,
  OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ProcessChange,
  type RemoveOptions,
  type RemoveResourceOptions,
  type Resource,
  type ResourceKind,
  type ResourceSpec,
  type ServiceSettings,
  type ServiceStatus,
  throwIfAborted,
  type UpdateOptions,
  type WaitOptions,
  withoutSecrets,
} from "@openfactory/deploy-core";
import { ServiceChanges } from "./changes.js";
import { diagnose } from "./diagnose.js";
import { execIn } from "./exec.js";
import { ProjectLocks } from "./locks.js";
import { readLogs } from "./logs.js";
import { quadletManifest } from "./manifest.js";
import { must } from "./node/commands.js";
import { DEFAULT_FOLDERS, type Folders, withLock } from "./node/files.js";
import { type Host, localHost } from "./node/host.js";
import { RESOURCE_KINDS, Resources } from "./resources.js";
import { readService, readServices, type Service } from "./service.js";
import { hasProcesses, settingsOf, stateOf, statusOf } from "./status.js";
import type { ServiceRecord } from "./unit/container-unit.js";
import { waitFor } from "./wait.js";

/** Deploys each service as a Quadlet unit: a file from which systemd runs a container of Podman. */
export class QuadletDeploymentStrategy
  extends OpenFactoryServiceDeploymentStrategy
  implements
    CanInspect,
    CanList,
    CanWait,
    CanLogs,
    CanUpdate,
    CanRollback,
    CanRestart,
    CanStop,
    CanExec,
    CanReportSettings,
    CanManageResources,
    CanLock,
    CanDiagnose
{
  override readonly manifest = quadletManifest;
  readonly resourceKinds = RESOURCE_KINDS;
  readonly #host: Host;
  readonly #folders: Folders;
  readonly #changes: ServiceChanges;
  readonly #resources: Resources;
  readonly #locks: ProjectLocks;

  constructor(host: Host = localHost(), folders: Folders = DEFAULT_FOLDERS) {
    super();
    this.#host = host;
    this.#folders = folders;
    this.#changes = new ServiceChanges(host, folders);
    this.#resources = new Resources(host, folders);
    this.#locks = new ProjectLocks(host, folders);
  }

  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return withoutSecrets(request, options, (masked) =>
      this.#locked(request.name, masked, async () =>
        deployment(await this.#changes.create(request, randomUUID(), masked), warnings),
      ),
    );
  }

  async update(input: DeployRequest, options: UpdateOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    return withoutSecrets(request, options, (masked) =>
      this.#locked(request.name, masked, async () => {
        const service = await this.#service(request.name, masked);
        if (masked.revision !== undefined && masked.revision !== service.revision) {
          throw new DeploymentError("CONFLICT", `Service ${request.name} was modified since the plan was made.`, {
            hint: "Run `ofdeploy plan` again.",
          });
        }
        return deployment(await this.#changes.update(service, request, masked), warnings);
      }),
    );
  }

  async rollback(name: string, options: OperationOptions = {}): Promise<Deployment> {
    return this.#locked(name, options, async () => {
      const service = await this.#service(name, options);
      if (service.previous === undefined) {
        throw new DeploymentError("CONFLICT", `Service ${name} has no previous version to roll back to.`, {
          hint: "Deploy the version that you want.",
        });
      }
      return deployment(await this.#changes.rollback(service, service.previous, options), []);
    });
  }

  async remove(name: string, options: RemoveOptions = {}): Promise<void> {
    await this.#locked(name, options, async () => this.#changes.remove(await this.#service(name, options), options));
  }

  async restart(name: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#locked(name, options, async () => {
      await this.#changes.run(await this.#service(name, options), "restart", options);
      return { name, changed: true, warnings: [] };
    });
  }

  async stop(name: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#locked(name, options, async () => {
      const service = await this.#service(name, options);
      const changed = hasProcesses(service);
      if (changed) await this.#changes.stop(service, options);
      return { name, changed, warnings: [] };
    });
  }

  async start(name: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#locked(name, options, async () => {
      const service = await this.#service(name, options);
      const changed = stateOf(service) === "stopped";
      if (changed) await this.#changes.run(service, "start", options);
      return { name, changed, warnings: [] };
    });
  }

  async inspect(name: string, options: OperationOptions = {}): Promise<ServiceStatus> {
    return this.#on(name, options, async () => statusOf(await this.#service(name, options)));
  }

  async list({ labels = {}, signal }: ListOptions = {}): Promise<ServiceStatus[]> {
    return this.#onNode(signal, async () => {
      const services = await readServices(this.#host, this.#folders, signal);
      return services
        .map(statusOf)
        .filter((status) => Object.entries(labels).every(([key, value]) => status.labels[key] === value))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  async engineId({ signal }: OperationOptions = {}): Promise<string> {
    return this.#onNode(signal, async () => {
      const id = await must(this.#host, ["cat", "/etc/machine-id"], { signal });
      // The id itself is confidential (machine-id(5)).
      return createHash("sha256").update(`openfactory-quadlet ${id.trim()}`).digest("hex").slice(0, 32);
    });
  }

  async wait(name: string, options: WaitOptions = {}): Promise<ServiceStatus> {
    return this.#on(name, options, async () =>
      statusOf(await waitFor(this.#host, (reading) => this.#service(name, reading), options)),
    );
  }

  async *logs(name: string, options: LogsOptions = {}): AsyncGenerator<LogEntry> {
    const context = { service: name, strategy: this.manifest.name };
    try {
      throwIfAborted(options.signal, context);
      const { record } = await this.#service(name, options);
      const exists = async () =>
        this.#service(name, {}).then(
          (service) => service.record.id === record.id,
          (error: unknown) => !DeploymentError.isInstance(error, "NOT_FOUND"),
        );
      yield* readLogs(this.#host, name, record.created, exists, options);
    } catch (error) {
      throw DeploymentError.isInstance(error) ? DeploymentError.withContext(error, context) : error;
    }
  }

  async exec(name: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#on(name, options, async () =>
      execIn(this.#host, this.#folders, await this.#service(name, options), command, options),
    );
  }

  async settingsOf(input: DeployRequest, options: OperationOptions = {}): Promise<ServiceSettings> {
    return settingsOf(this.prepare(input, { signal: options.signal }).request);
  }

  async listResources(options: ListResourcesOptions = {}): Promise<Resource[]> {
    return this.#onNode(options.signal, () => this.#resources.list(options));
  }

  async createResource(spec: ResourceSpec, options: OperationOptions = {}): Promise<Resource> {
    return this.#onNode(options.signal, () => this.#resources.create(spec, options));
  }

  async removeResource(kind: ResourceKind, name: string, options: RemoveResourceOptions = {}): Promise<void> {
    return this.#onNode(options.signal, () => this.#resources.remove(kind, name, options));
  }

  async lock(name: string, holder: LockHolder, { signal }: OperationOptions = {}): Promise<LockHolder | undefined> {
    return this.#onNode(signal, () => this.#locks.lock(name, holder, signal));
  }

  async unlock(name: string, holderId: string, { signal }: OperationOptions = {}): Promise<void> {
    return this.#onNode(signal, () => this.#locks.unlock(name, holderId, signal));
  }

  async diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis[]> {
    return this.#onNode(options.signal, () => diagnose(this.#host, options));
  }

  async #service(name: string, { signal }: OperationOptions): Promise<Service> {
    if (!isServiceName(name)) {
      throw new DeploymentError("NOT_FOUND", "No service has this name, since it is not a valid name.", {
        hint: "Check the name: `ofdeploy ps` lists the services.",
      });
    }
    return readService(this.#host, this.#folders, name, signal);
  }

  /** An operation without a service. */
  #onNode<Result>(signal: AbortSignal | undefined, work: () => Promise<Result>): Promise<Result> {
    return inContext({ strategy: this.manifest.name }, async () => {
      throwIfAborted(signal);
      return work();
    });
  }

  /** An operation on a service: its errors have context. */
  #on<Result>(service: string, { signal }: OperationOptions, work: () => Promise<Result>): Promise<Result> {
    return inContext({ service, strategy: this.manifest.name }, async () => {
      throwIfAborted(signal);
      return work();
    });
  }

  /** An operation that changes a service. Only one of them runs at a time, on the whole machine. */
  #locked<Result>(name: string, options: OperationOptions, work: () => Promise<Result>): Promise<Result> {
    return this.#on(name, options, async () => {
      if (!isServiceName(name)) return work();
      return withLock(this.#host, this.#folders, name, options.signal, work);
    });
  }
}

const deployment = (record: ServiceRecord, warnings: readonly DeploymentWarning[]): Deployment => ({
  name: record.request.name,
  ids: [record.id],
  image: record.request.image,
  warnings,
});
