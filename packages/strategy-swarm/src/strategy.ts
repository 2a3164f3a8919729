import "reflect-metadata";
import {
  type AuthRefresh,
  type CanDiagnose,
  type CanExec,
  type CanInspect,
  type CanList,
  type CanLock,
  type CanLogs,
  type CanManageResources,
  type CanPreflight,
  type CanRefreshAuth,
  type CanRestart,
  type CanRollback,
  type CanScale,
  type CanStop,
  type CanSeeElsewhere,
  type CanReportSettings,
  type CanUpdate,
  type CanWait,
  DeploymentError,
  type Deployment,
  type DeployOptions,
  type DeployRequest,
  type DiagnoseOptions,
  type Diagnosis,
  type ElsewhereOptions,
  type ExecOptions,
  type ExecResult,
  inContext,
  type ListOptions,
  type ListResourcesOptions,
  type LockHolder,
  type LogEntry,
  type LogsOptions,
  OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type OtherPlatform,
  type PreflightOptions,
  type PreflightProblem,
  type PreflightRequest,
  type ProcessChange,
  type RemoveOptions,
  type RemoveResourceOptions,
  type Resource,
  type ResourceKind,
  type ResourceSpec,
  type ServiceSettings,
  type ServiceStatus,
  type UpdateOptions,
  type WaitOptions,
  withoutSecrets,
} from "@openfactory/deploy-core";
import { DOCKER_ENGINE, type DockerEngine } from "@openfactory/docker-engine";
import { inject, injectable } from "tsyringe";
import { deployService } from "./deploy/deploy.js";
import { removeService } from "./deploy/remove.js";
import { diagnose, elsewhere } from "./diagnose.js";
import { acquireLock, releaseLock } from "./lock.js";
import { swarmManifest } from "./manifest.js";
import { readLogs } from "./observe/logs.js";
import { inspectService, listServices } from "./observe/services.js";
import { preflight } from "./preflight/preflight.js";
import { createResource, listResources, removeResource, resourceKinds } from "./resources.js";
import { execInService } from "./processes/exec.js";
import { restartService, startService, stopService } from "./processes/processes.js";
import { settingsOf } from "./settings.js";
import { refreshServiceAuth } from "./update/refresh-auth.js";
import { rollbackService } from "./update/rollback.js";
import { scaleService } from "./update/scale.js";
import { updateService } from "./update/update.js";
import { waitForService } from "./wait/wait.js";

/** Deploys services on a Docker Swarm, through one of its managers (API 1.41 and later). */
@injectable()
export class SwarmDeploymentStrategy
  extends OpenFactoryServiceDeploymentStrategy
  implements
    CanInspect,
    CanList,
    CanWait,
    CanLogs,
    CanRefreshAuth,
    CanUpdate,
    CanRollback,
    CanScale,
    CanRestart,
    CanStop,
    CanExec,
    CanDiagnose,
    CanReportSettings,
    CanLock,
    CanManageResources,
    CanPreflight,
    CanSeeElsewhere
{
  override readonly manifest = swarmManifest;
  /** Volumes are those of the manager's own node. */
  readonly resourceKinds = resourceKinds;
  readonly #engine: DockerEngine;
  /** The ids of services that this strategy updated and no wait has completed for since. */
  readonly #updated = new Set<string>();

  constructor(@inject(DOCKER_ENGINE) engine: DockerEngine) {
    super();
    this.#engine = engine;
  }

  async deploy(request: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request: prepared, warnings } = this.prepare(request, options);
    return this.#forService(prepared.name, () =>
      withoutSecrets(prepared, options, async (safe) => {
        const deployment = await deployService(this.#engine, prepared, safe);
        return { ...deployment, warnings: [...warnings, ...deployment.warnings] };
      }),
    );
  }

  /** @throws DeploymentError `NOT_FOUND`; with `wait`, `TIMEOUT`. */
  async remove(serviceName: string, options: RemoveOptions = {}): Promise<void> {
    await this.#forService(serviceName, () => removeService(this.#engine, serviceName, options));
  }

  async inspect(serviceName: string, options: OperationOptions = {}): Promise<ServiceStatus> {
    return this.#forService(serviceName, () => inspectService(this.#engine, serviceName, options));
  }

  /** Three calls for any number of services; one without instances if all have converged. One more if some have networks. */
  async list({ labels = {}, ...options }: ListOptions = {}): Promise<ServiceStatus[]> {
    return this.#run(() => listServices(this.#engine, labels, options));
  }

  /** The id of the swarm, whichever of its managers answers. */
  async engineId(options: OperationOptions = {}): Promise<string> {
    return this.#run(async () => {
      const { Swarm } = await this.#engine.info(options);
      if (Swarm.Cluster?.ID) return Swarm.Cluster.ID;
      throw new DeploymentError("NOT_A_SWARM_MANAGER", `The engine at ${this.#engine.host} manages no swarm.`, {
        hint: "Pass the address of a manager: -H <url>.",
      });
    });
  }

  async settingsOf(request: DeployRequest, options: OperationOptions = {}): Promise<ServiceSettings> {
    const { request: prepared } = this.prepare(request, { signal: options.signal });
    return this.#forService(prepared.name, () => settingsOf(this.#engine, prepared, options));
  }

  async wait(serviceName: string, options: WaitOptions = {}): Promise<ServiceStatus> {
    return this.#forService(serviceName, () => waitForService(this.#engine, serviceName, options, this.#updated));
  }

  async *logs(serviceName: string, options: LogsOptions = {}): AsyncGenerator<LogEntry> {
    try {
      yield* readLogs(this.#engine, serviceName, options);
    } catch (error) {
      await this.#forService(serviceName, () => Promise.reject(error));
    }
  }

  async refreshAuth(serviceName: string, options: OperationOptions = {}): Promise<AuthRefresh> {
    return this.#forService(serviceName, () => refreshServiceAuth(this.#engine, serviceName, options));
  }

  async update(request: DeployRequest, options: UpdateOptions = {}): Promise<Deployment> {
    const { request: prepared, warnings } = this.prepare(request, options);
    return this.#forService(prepared.name, () =>
      withoutSecrets(prepared, options, async (safe) => {
        const deployment = await updateService(this.#engine, prepared, safe);
        for (const id of deployment.ids) this.#updated.add(id);
        return { ...deployment, warnings: [...warnings, ...deployment.warnings] };
      }),
    );
  }

  async rollback(serviceName: string, options: OperationOptions = {}): Promise<Deployment> {
    return this.#forService(serviceName, () => rollbackService(this.#engine, serviceName, options));
  }

  async scale(serviceName: string, replicas: number, options: OperationOptions = {}): Promise<void> {
    await this.#forService(serviceName, () => scaleService(this.#engine, serviceName, replicas, options));
  }

  /** Raises the counter of forced updates: the swarm replaces all tasks, in the order and number of `updateConfig`. */
  async restart(serviceName: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#forService(serviceName, async () => {
      const { id, ...change } = await restartService(this.#engine, serviceName, options);
      this.#updated.add(id);
      return change;
    });
  }

  /** Sets 0 replicas. A label of the service records their number. Only for replicated services. */
  async stop(serviceName: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#forService(serviceName, () => stopService(this.#engine, serviceName, options));
  }

  async start(serviceName: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#forService(serviceName, () => startService(this.#engine, serviceName, options));
  }

  /** Only in tasks on the node of the engine: a manager can't execute commands on other nodes. */
  async exec(serviceName: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#forService(serviceName, () => execInService(this.#engine, serviceName, command, options));
  }

  /** A lock is a config of the swarm. */
  async lock(name: string, holder: LockHolder, options: OperationOptions = {}): Promise<LockHolder | undefined> {
    return this.#run(() => acquireLock(this.#engine, name, holder, options));
  }

  async unlock(name: string, holderId: string, options: OperationOptions = {}): Promise<void> {
    await this.#run(() => releaseLock(this.#engine, name, holderId, options));
  }

  async listResources(options: ListResourcesOptions = {}): Promise<Resource[]> {
    return this.#run(() => listResources(this.#engine, options));
  }

  async createResource(spec: ResourceSpec, options: OperationOptions = {}): Promise<Resource> {
    return this.#run(() => createResource(this.#engine, spec, options));
  }

  async removeResource(kind: ResourceKind, name: string, options: RemoveResourceOptions = {}): Promise<void> {
    await this.#run(() => removeResource(this.#engine, kind, name, options));
  }

  async preflight(requests: readonly PreflightRequest[], options: PreflightOptions = {}): Promise<PreflightProblem[]> {
    return this.#run(() => preflight(this.#engine, requests, options));
  }

  async diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis[]> {
    return this.#run(() => diagnose(this.#engine, options));
  }

  async elsewhere(options: ElsewhereOptions): Promise<OtherPlatform[]> {
    return this.#run(() => elsewhere(this.#engine, options));
  }

  override close(): Promise<void> {
    return this.#engine.close();
  }

  #run<Result>(work: () => Promise<Result>): Promise<Result> {
    return inContext({ strategy: this.manifest.name }, work);
  }

  #forService<Result>(service: string, work: () => Promise<Result>): Promise<Result> {
    return inContext({ service, strategy: this.manifest.name }, work);
  }
}
