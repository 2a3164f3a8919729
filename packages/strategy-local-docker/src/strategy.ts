import "reflect-metadata";
import {
  type CanDiagnose,
  type CanInspect,
  type CanList,
  type CanLock,
  type CanLogs,
  type CanManageResources,
  type CanPreflight,
  type CanRollback,
  type CanScale,
  type CanSeeElsewhere,
  type CanTellSettings,
  type CanUpdate,
  type CanWait,
  type Deployment,
  type DeployOptions,
  type DeployRequest,
  type DiagnoseOptions,
  type Diagnosis,
  type ElsewhereOptions,
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
import { containersOf } from "./containers/find.js";
import { deployContainers, mustBeFree } from "./deploy/deploy.js";
import { planContainers } from "./deploy/plan-containers.js";
import { diagnose, elsewhere } from "./diagnose.js";
import { resolvedImage } from "./images.js";
import { releaseLock, takeLock } from "./lock.js";
import { localDockerManifest } from "./manifest.js";
import { followLogs } from "./observe/follow-logs.js";
import { logLines } from "./observe/logs.js";
import { inspectService, listServices } from "./observe/services.js";
import { LOCAL_DOCKER_OPTIONS, type LocalDockerOptions } from "./options.js";
import { preflight } from "./preflight/preflight.js";
import { removeService } from "./remove.js";
import { createResource, listResources, removeResource, resourceKinds } from "./resources.js";
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
    CanDiagnose,
    CanTellSettings,
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
    return this.#about(prepared.name, () =>
      withoutSecrets(prepared, options, async (safe) => {
        const containers = planContainers(prepared, this.#options);
        if (this.#options.emulateReplicas) await mustBeFree(this.#engine, prepared.name, safe);
        const started = await deployContainers(this.#engine, containers, safe);
        return {
          name: prepared.name,
          ids: started.map(({ id }) => id),
          image: await resolvedImage(this.#engine, prepared),
          warnings: [...warnings, ...started.flatMap((container) => container.warnings)],
        };
      }),
    );
  }

  /** Stops, then removes. @throws DeploymentError `NOT_FOUND`. */
  async remove(serviceName: string, options: RemoveOptions = {}): Promise<void> {
    await this.#about(serviceName, () => removeService(this.#engine, serviceName, options));
  }

  async inspect(serviceName: string, options: OperationOptions = {}): Promise<ServiceStatus> {
    return this.#about(serviceName, () => inspectService(this.#engine, serviceName, options));
  }

  /** One call, whatever the number of containers; with `settings`, one more for each of them, and for each image. */
  async list(options: ListOptions = {}): Promise<ServiceStatus[]> {
    return inContext({ strategy: this.manifest.name }, () => listServices(this.#engine, options));
  }

  async settingsOf(request: DeployRequest, options: OperationOptions = {}): Promise<ServiceSettings> {
    const parsed = parseRequest(request, { strategy: this.manifest.name });
    return this.#about(parsed.name, () => settingsOf(this.#engine, parsed, this.#options, options));
  }

  async wait(serviceName: string, options: WaitOptions = {}): Promise<ServiceStatus> {
    return this.#about(serviceName, () => waitForService(this.#engine, serviceName, options));
  }

  async *logs(serviceName: string, options: LogsOptions = {}): AsyncGenerator<LogEntry> {
    try {
      yield* options.follow
        ? followLogs(this.#engine, serviceName, options)
        : logLines(this.#engine, serviceName, await containersOf(this.#engine, serviceName, options), options);
    } catch (error) {
      await this.#about(serviceName, () => Promise.reject(error));
    }
  }

  /**
   * Runs what the request says in new containers. They prove themselves beside the old ones where both may run at once,
   * and in their place where not; then the old ones are kept, stopped, for a rollback.
   */
  async update(request: DeployRequest, options: UpdateOptions = {}): Promise<Deployment> {
    const { request: prepared, warnings } = this.prepare(request, options);
    return this.#about(prepared.name, () =>
      withoutSecrets(prepared, options, async (safe) => {
        const containers = planContainers(prepared, this.#options);
        const changed = await updateService(this.#engine, prepared.name, containers, safe);
        return {
          name: prepared.name,
          ids: changed.ids,
          image: await resolvedImage(this.#engine, prepared),
          warnings: [...warnings, ...changed.warnings],
        };
      }),
    );
  }

  async rollback(serviceName: string, options: OperationOptions = {}): Promise<Deployment> {
    return this.#about(serviceName, async () => ({
      name: serviceName,
      ...(await rollbackService(this.#engine, serviceName, options)),
    }));
  }

  /** Of services whose replicas are emulated: declared with the option. */
  async scale(serviceName: string, replicas: number, options: OperationOptions = {}): Promise<void> {
    await this.#about(serviceName, () => scaleService(this.#engine, serviceName, replicas, options));
  }

  async diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis[]> {
    return inContext({ strategy: this.manifest.name }, () => diagnose(this.#engine, options));
  }

  async lock(name: string, holder: LockHolder, options: OperationOptions = {}): Promise<LockHolder | undefined> {
    return inContext({ strategy: this.manifest.name }, () => takeLock(this.#engine, name, holder, options));
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

  #about<Result>(service: string, work: () => Promise<Result>): Promise<Result> {
    return inContext({ service, strategy: this.manifest.name }, work);
  }
}
