import "reflect-metadata";
import {
  type CanDiagnose,
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
  type CanSeeElsewhere,
  type CanStop,
  type CanReportSettings,
  type CanUpdate,
  type CanWait,
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
  parseRequest,
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
  type StrategyManifest,
  type UpdateOptions,
  type WaitOptions,
  withoutSecrets,
} from "@openfactory/deploy-core";
import { DOCKER_ENGINE, type DockerEngine } from "@openfactory/docker-engine";
import { inject, injectable } from "tsyringe";
import { findCurrentContainers } from "./containers/find.js";
import { assertNameFree, deployContainers } from "./deploy/deploy.js";
import { resolveImage } from "./deploy/images.js";
import { planContainers } from "./deploy/plan-containers.js";
import { removeService } from "./deploy/remove.js";
import { diagnose, elsewhere } from "./diagnose.js";
import { releaseLock, acquireLock } from "./lock.js";
import { localDockerManifest } from "./manifest.js";
import { followLogs } from "./observe/follow-logs.js";
import { logLines } from "./observe/logs.js";
import { inspectService, listServices } from "./observe/services.js";
import { LOCAL_DOCKER_OPTIONS, type LocalDockerOptions } from "./options.js";
import { preflight } from "./preflight/preflight.js";
import { createResource, listResources, removeResource, resourceKinds } from "./resources.js";
import { execInService } from "./processes/exec.js";
import { restartService, startService, stopService } from "./processes/processes.js";
import { settingsOf } from "./settings.js";
import { rollbackService } from "./update/rollback.js";
import { scaleService } from "./update/scale.js";
import { updateService } from "./update/update.js";
import { waitForService } from "./wait/wait.js";

/** Deploys services as containers of one Docker Engine (API 1.41 and later). */
@injectable()
export class LocalDockerDeploymentStrategy
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
    CanDiagnose,
    CanReportSettings,
    CanLock,
    CanManageResources,
    CanPreflight,
    CanSeeElsewhere
{
  override readonly manifest: StrategyManifest;
  readonly resourceKinds = resourceKinds;
  readonly #engine: DockerEngine;
  readonly #options: LocalDockerOptions;

  constructor(
    @inject(DOCKER_ENGINE) engine: DockerEngine,
    @inject(LOCAL_DOCKER_OPTIONS) options: LocalDockerOptions = {},
  ) {
    super();
    this.#engine = engine;
    this.#options = options;
    this.manifest = localDockerManifest(options);
  }

  async deploy(request: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request: prepared, warnings } = this.prepare(request, options);
    return this.#inService(prepared.name, () =>
      withoutSecrets(prepared, options, async (safe) => {
        const containers = planContainers(prepared, this.#options);
        if (this.#options.emulateReplicas) await assertNameFree(this.#engine, prepared.name, safe);
        const started = await deployContainers(this.#engine, containers, safe);
        return {
          name: prepared.name,
          ids: started.map(({ id }) => id),
          image: await resolveImage(this.#engine, prepared),
          warnings: [...warnings, ...started.flatMap((container) => container.warnings)],
        };
      }),
    );
  }

  /** Stops and removes the containers of a service. @throws DeploymentError `NOT_FOUND`. */
  async remove(serviceName: string, options: RemoveOptions = {}): Promise<void> {
    await this.#inService(serviceName, () => removeService(this.#engine, serviceName, options));
  }

  async inspect(serviceName: string, options: OperationOptions = {}): Promise<ServiceStatus> {
    return this.#inService(serviceName, () => inspectService(this.#engine, serviceName, options));
  }

  /** Takes one call. With `settings`, takes one more for each container and for each image. */
  async list(options: ListOptions = {}): Promise<ServiceStatus[]> {
    return inContext({ strategy: this.manifest.name }, () => listServices(this.#engine, options));
  }

  async engineId(options: OperationOptions = {}): Promise<string> {
    return inContext({ strategy: this.manifest.name }, async () => (await this.#engine.info(options)).ID);
  }

  async settingsOf(request: DeployRequest, options: OperationOptions = {}): Promise<ServiceSettings> {
    const parsed = parseRequest(request, { strategy: this.manifest.name });
    return this.#inService(parsed.name, () => settingsOf(this.#engine, parsed, this.#options, options));
  }

  async wait(serviceName: string, options: WaitOptions = {}): Promise<ServiceStatus> {
    return this.#inService(serviceName, () => waitForService(this.#engine, serviceName, options));
  }

  async *logs(serviceName: string, options: LogsOptions = {}): AsyncGenerator<LogEntry> {
    try {
      yield* options.follow
        ? followLogs(this.#engine, serviceName, options)
        : logLines(this.#engine, serviceName, await findCurrentContainers(this.#engine, serviceName, options), options);
    } catch (error) {
      await this.#inService(serviceName, () => Promise.reject(error));
    }
  }

  /**
   * Replaces the containers of a service. New containers start first if old and new can run side by side; otherwise the old
   * ones are stopped first. Once the new version is ready, the old containers are kept, stopped, for a rollback.
   */
  async update(request: DeployRequest, options: UpdateOptions = {}): Promise<Deployment> {
    const { request: prepared, warnings } = this.prepare(request, options);
    return this.#inService(prepared.name, () =>
      withoutSecrets(prepared, options, async (safe) => {
        const containers = planContainers(prepared, this.#options);
        const changed = await updateService(this.#engine, prepared.name, containers, safe);
        return {
          name: prepared.name,
          ids: changed.ids,
          image: await resolveImage(this.#engine, prepared),
          warnings: [...warnings, ...changed.warnings],
        };
      }),
    );
  }

  async rollback(serviceName: string, options: OperationOptions = {}): Promise<Deployment> {
    return this.#inService(serviceName, async () => ({
      name: serviceName,
      ...(await rollbackService(this.#engine, serviceName, options)),
    }));
  }

  /** Only for services with emulated replicas. The manifest declares it with the option `emulateReplicas`. */
  async scale(serviceName: string, replicas: number, options: OperationOptions = {}): Promise<void> {
    await this.#inService(serviceName, () => scaleService(this.#engine, serviceName, replicas, options));
  }

  /** Restarts the containers. They keep their ids, and so does the previous version. */
  async restart(serviceName: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#inService(serviceName, () => restartService(this.#engine, serviceName, options));
  }

  /**
   * Stops the containers, and keeps them. A container with the restart policy `no` or `on-failure` gets `unless-stopped` until
   * its start, which distinguishes it from one that has ended by itself; the label `org.openfactory.deploy.restart` records its own.
   */
  async stop(serviceName: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#inService(serviceName, () => stopService(this.#engine, serviceName, options));
  }

  /** Starts the same containers. */
  async start(serviceName: string, options: OperationOptions = {}): Promise<ProcessChange> {
    return this.#inService(serviceName, () => startService(this.#engine, serviceName, options));
  }

  async exec(serviceName: string, command: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#inService(serviceName, () => execInService(this.#engine, serviceName, command, options));
  }

  async diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis[]> {
    return inContext({ strategy: this.manifest.name }, () => diagnose(this.#engine, options));
  }

  async lock(name: string, holder: LockHolder, options: OperationOptions = {}): Promise<LockHolder | undefined> {
    return inContext({ strategy: this.manifest.name }, () => acquireLock(this.#engine, name, holder, options));
  }

  async unlock(name: string, holderId: string, options: OperationOptions = {}): Promise<void> {
    await inContext({ strategy: this.manifest.name }, () => releaseLock(this.#engine, name, holderId, options));
  }

  async listResources(options: ListResourcesOptions = {}): Promise<Resource[]> {
    return inContext({ strategy: this.manifest.name }, () => listResources(this.#engine, options));
  }

  async createResource(spec: ResourceSpec, options: OperationOptions = {}): Promise<Resource> {
    return inContext({ strategy: this.manifest.name }, () => createResource(this.#engine, spec, options));
  }

  async removeResource(kind: ResourceKind, name: string, options: RemoveResourceOptions = {}): Promise<void> {
    await inContext({ strategy: this.manifest.name }, () => removeResource(this.#engine, kind, name, options));
  }

  async preflight(requests: readonly PreflightRequest[], options: PreflightOptions = {}): Promise<PreflightProblem[]> {
    return inContext({ strategy: this.manifest.name }, () => preflight(this.#engine, requests, this.#options, options));
  }

  async elsewhere(options: ElsewhereOptions): Promise<OtherPlatform[]> {
    return inContext({ strategy: this.manifest.name }, () => elsewhere(this.#engine, options));
  }

  override close(): Promise<void> {
    return this.#engine.close();
  }

  #inService<Result>(service: string, work: () => Promise<Result>): Promise<Result> {
    return inContext({ service, strategy: this.manifest.name }, work);
  }
}
