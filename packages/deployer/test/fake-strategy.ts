import {
  type AuthRefresh,
  type CanInspect,
  type CanList,
  type CanLock,
  type CanManageResources,
  type CanPreflight,
  type CanRollback,
  type CanScale,
  type CanSeeElsewhere,
  type CanTellSettings,
  type CanUpdate,
  type CanWait,
  CAPABILITIES,
  type CapabilityName,
  type Deployment,
  DeploymentError,
  type DeployOptions,
  type DeployRequest,
  type ElsewhereOptions,
  type ListOptions,
  type ListResourcesOptions,
  type LockHolder,
  OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type OtherPlatform,
  parseRequest,
  type PreflightOptions,
  type PreflightProblem,
  type PreflightRequest,
  type RemoveOptions,
  REQUEST_FIELDS,
  type Resource,
  RESOURCE_KINDS,
  type ResourceKind,
  type ResourceSpec,
  type ServiceSettings,
  type ServiceState,
  type ServiceStatus,
  type StrategyManifest,
  throwIfAborted,
  type UpdateOptions,
  type WaitOptions,
} from "@openfactory/deploy-core";
import { Crash, FakeEngine, type FakeService, type Meddler, settingsOf } from "./fake-engine.js";
import type { DesiredApp, DesiredDependency, DesiredProject, DesiredResource } from "../src/model/project.js";

/** What a service of the fake does, where it does not just run. */
export interface Behaviour {
  deployFails?: DeploymentError;
  updateFails?: DeploymentError;
  waitFails?: DeploymentError;
  removeFails?: DeploymentError;
  rollbackFails?: DeploymentError;
  /** What each further wait finds; the last one stays. Default running. */
  waitFinds?: ServiceState[];
  /** Waits until the signal fires. */
  hangs?: boolean;
}

/**
 * What becomes of an update to a version that fails (its command is `exit 3`):
 * - `kept`: the update fails, and the old version was never given up
 * - `rolled back`: the wait finds that the engine went back
 * - `left`: the new version stays as it failed
 */
export type BadUpdate = "kept" | "rolled back" | "left";

export interface FakeOptions {
  engine?: FakeEngine;
  /** Its listing tells settings at no cost. Default false. */
  listsSettings?: boolean;
  badUpdate?: BadUpdate;
  /** How many turns of the event loop each further call takes, one after the other, and again from the start. Default 0. */
  latencies?: readonly number[];
  problems?: readonly PreflightProblem[];
  /** The digest that a registry gives for pull policy `always`. */
  digest?: string;
  /** What runs on other platforms of the same engine, whatever labels are asked for. */
  elsewhere?: readonly OtherPlatform[] | DeploymentError;
}

/** Without what brings behaviour of its own into every test: each of these is asked for where it is meant. */
const USUAL: readonly CapabilityName[] = ["inspect", "list", "wait"];
export const ALL: readonly CapabilityName[] = CAPABILITIES.filter(
  (name) => !["logs", "refreshAuth", "diagnose"].includes(name),
);

/** Services in a map, with every call noted, and failures where a test wants them. */
export class FakeStrategy
  extends OpenFactoryServiceDeploymentStrategy
  implements
    CanInspect,
    CanList,
    CanWait,
    CanUpdate,
    CanRollback,
    CanScale,
    CanTellSettings,
    CanLock,
    CanManageResources,
    CanPreflight,
    CanSeeElsewhere
{
  override readonly manifest: StrategyManifest;
  readonly resourceKinds: readonly ResourceKind[] = RESOURCE_KINDS;
  readonly engine: FakeEngine;
  readonly calls: string[] = [];
  readonly behaviours: Record<string, Behaviour>;
  readonly options: FakeOptions;
  /** Meddles with every call: throws to make it fail, before or after it took effect. */
  meddle: Meddler = () => {};
  busiest = 0;
  #busy = 0;
  #crashed = false;

  constructor(
    behaviours: Record<string, Behaviour> = {},
    manifest: Partial<StrategyManifest> = {},
    options: FakeOptions = {},
  ) {
    super();
    this.behaviours = behaviours;
    this.options = options;
    this.engine = options.engine ?? new FakeEngine();
    this.manifest = { name: "fake", capabilities: USUAL, honours: REQUEST_FIELDS, unhonoured: [], ...manifest };
  }

  get services(): Map<string, FakeService> {
    return this.engine.services;
  }

  /** From now on the process is dead: no call has an effect, and none returns. */
  crash(): never {
    this.#crashed = true;
    throw new Crash();
  }

  async deploy(input: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request, warnings } = this.prepare(input, options);
    const { name } = request;
    return this.#call(`deploy ${name}`, options, async () => {
      this.busiest = Math.max(this.busiest, ++this.#busy);
      await turn();
      this.#busy -= 1;
      throwIfAborted(options.signal, { service: name });
      this.#fail(this.behaviours[name]?.deployFails);
      const pinned = this.#pinned(request);
      this.engine.create(pinned);
      return { name, ids: [name], image: pinned.image, warnings };
    });
  }

  async remove(name: string, options: RemoveOptions = {}): Promise<void> {
    await this.#call(`remove ${name}`, options, () => {
      this.#fail(this.behaviours[name]?.removeFails);
      this.engine.service(name);
      this.services.delete(name);
    });
  }

  async inspect(name: string, options: OperationOptions = {}): Promise<ServiceStatus> {
    return this.#call(`inspect ${name}`, options, () => this.#told(this.engine.service(name), true));
  }

  async list(options: ListOptions = {}): Promise<ServiceStatus[]> {
    const { labels = {}, settings = false } = options;
    const wanted = Object.entries(labels);
    return this.#call("list", options, () => {
      const found = [...this.services.values()].filter((status) =>
        wanted.every(([key, value]) => status.labels[key] === value),
      );
      const asked = settings && this.#can("settings") && !this.options.listsSettings;
      if (asked) for (const { name } of found) this.calls.push(`inspect ${name}`);
      return found.map((status) => this.#told(status, asked || this.options.listsSettings === true));
    });
  }

  async wait(name: string, options: WaitOptions = {}): Promise<ServiceStatus> {
    const { signal } = options;
    const { waitFails, waitFinds, hangs } = this.behaviours[name] ?? {};
    return this.#call(`wait ${name}`, options, async () => {
      if (hangs)
        await new Promise((resolve) => (signal?.aborted ? resolve(0) : signal?.addEventListener("abort", resolve)));
      throwIfAborted(signal, { service: name });
      this.#fail(waitFails);
      const found = waitFinds !== undefined && waitFinds.length > 1 ? waitFinds.shift() : waitFinds?.[0];
      if (found !== undefined) return this.#told(this.engine.become(name, found), true);
      const { settings, before } = this.engine.service(name);
      if (!fails(settings)) return this.#told(this.engine.become(name, ends(settings) ? "completed" : "running"), true);
      if (before !== undefined && this.options.badUpdate === "rolled back") {
        this.engine.rollback(name);
        throw new DeploymentError("ROLLED_BACK", `${name} was rolled back: its update failed.`, { service: name });
      }
      this.engine.become(name, "failed");
      throw ended(name);
    });
  }

  async update(request: DeployRequest, options: UpdateOptions = {}): Promise<Deployment> {
    const { request: prepared, warnings } = this.prepare(request, options);
    const { name, image } = prepared;
    return this.#call(`update ${name}`, options, async () => {
      await turn();
      throwIfAborted(options.signal, { service: name });
      this.#fail(this.behaviours[name]?.updateFails);
      if (fails(settingsOf(prepared)) && this.options.badUpdate === "kept") throw ended(name);
      this.engine.update(this.#pinned(prepared), options.revision);
      return { name, ids: [name], image, warnings };
    });
  }

  async rollback(name: string, options: OperationOptions = {}): Promise<Deployment> {
    return this.#call(`rollback ${name}`, options, () => {
      this.#fail(this.behaviours[name]?.rollbackFails);
      this.engine.rollback(name);
      return { name, ids: [name], image: this.engine.service(name).image, warnings: [] };
    });
  }

  async scale(name: string, replicas: number, options: OperationOptions = {}): Promise<void> {
    await this.#call(`scale ${name} ${replicas}`, options, () => {
      const { settings } = this.engine.service(name);
      this.engine.put(name, { settings: { ...settings, mode: { Replicated: { Replicas: replicas } } } });
    });
  }

  async settingsOf(request: DeployRequest): Promise<ServiceSettings> {
    this.calls.push(`settingsOf ${request.name}`);
    return settingsOf(this.#pinned(parseRequest(request)));
  }

  async lock(name: string, holder: LockHolder, options: OperationOptions = {}): Promise<LockHolder | undefined> {
    return this.#call(`lock ${name}`, options, () => {
      const other = this.engine.locks.get(name);
      if (other === undefined) this.engine.locks.set(name, holder);
      return other;
    });
  }

  async unlock(name: string, holderId: string, options: OperationOptions = {}): Promise<void> {
    await this.#call(`unlock ${name}`, options, () => {
      if (this.engine.locks.get(name)?.id === holderId) this.engine.locks.delete(name);
    });
  }

  async listResources(options: ListResourcesOptions = {}): Promise<Resource[]> {
    const { labels = {}, kinds = this.resourceKinds } = options;
    const wanted = Object.entries(labels);
    return this.#call(`listResources ${kinds.join(" ")}`, options, () =>
      [...this.engine.resources.values()].filter(
        (resource) => kinds.includes(resource.kind) && wanted.every(([key, value]) => resource.labels[key] === value),
      ),
    );
  }

  async createResource(spec: ResourceSpec, options: OperationOptions = {}): Promise<Resource> {
    return this.#call(`createResource ${spec.kind} ${spec.name}`, options, () => this.engine.createResource(spec));
  }

  async removeResource(kind: ResourceKind, name: string, options: OperationOptions = {}): Promise<void> {
    await this.#call(`removeResource ${kind} ${name}`, options, () => this.engine.removeResource(kind, name));
  }

  async preflight(requests: readonly PreflightRequest[], options: PreflightOptions = {}): Promise<PreflightProblem[]> {
    return this.#call(`preflight ${requests.map(({ request }) => request.name).join(" ")}`, options, () => [
      ...(this.options.problems ?? []),
    ]);
  }

  async refreshAuth(name: string, options: OperationOptions = {}): Promise<AuthRefresh> {
    return this.#call(`refreshAuth ${name}`, options, () => ({ name, renewed: true, warnings: [] }));
  }

  async elsewhere(options: ElsewhereOptions): Promise<OtherPlatform[]> {
    return this.#call("elsewhere", options, () => {
      const { elsewhere = [] } = this.options;
      if (elsewhere instanceof Error) throw elsewhere;
      return [...elsewhere];
    });
  }

  put(name: string, status: Partial<FakeService> = {}): FakeService {
    return this.engine.put(name, status);
  }

  /** The calls that changed something, in order. */
  changes(): string[] {
    return this.calls.filter((call) => /^(deploy|remove|update|rollback|scale|createResource)/.test(call));
  }

  async #call<Result>(
    call: string,
    { signal }: OperationOptions,
    work: () => Result | Promise<Result>,
  ): Promise<Result> {
    this.#throwIfCrashed();
    this.calls.push(call);
    this.meddle(call, "asked");
    const { latencies = [] } = this.options;
    for (let turns = latencies[this.calls.length % latencies.length] ?? 0; turns > 0; turns -= 1) await turn();
    throwIfAborted(signal);
    this.#throwIfCrashed();
    const result = await work();
    this.#throwIfCrashed();
    this.meddle(call, "done");
    return result;
  }

  #throwIfCrashed(): void {
    if (this.#crashed) throw new Crash();
  }

  #fail(fault: DeploymentError | undefined): void {
    if (fault !== undefined) throw fault;
  }

  #can(capability: CapabilityName): boolean {
    return this.manifest.capabilities.includes(capability);
  }

  #pinned<Request extends { image: string; imagePullPolicy?: string }>(request: Request): Request {
    const { digest } = this.options;
    const pins = request.imagePullPolicy === "always" && digest !== undefined && !request.image.includes("@");
    return pins ? { ...request, image: `${request.image}@${digest}` } : request;
  }

  /** A service as it is told: with settings, revision and earlier version where the strategy knows of them. */
  #told({ settings, revision, before: _, previous, ...status }: FakeService, withSettings: boolean): ServiceStatus {
    return {
      ...status,
      ...(this.#can("settings") && withSettings && { settings }),
      ...(this.#can("update") && { revision }),
      ...(this.#can("rollback") && previous && { previous }),
    };
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const line = ({ command = [] }: ServiceSettings): string => command.join(" ");
const fails = (settings: ServiceSettings): boolean => /exit [1-9]/.test(line(settings));
const ends = (settings: ServiceSettings): boolean => /exit 0/.test(line(settings));

const ended = (service: string): DeploymentError =>
  new DeploymentError("TASK_FAILED", `${service} ended with exit code 3.`, {
    service,
    instance: { id: service, node: "node-1", exitCode: 3, lastLogLines: ["no disk"] },
  });

/** An app whose key is its service name with a capital letter first. */
export const app = (
  service: string,
  { dependsOn = [], ...request }: Partial<DeployRequest> & { dependsOn?: DesiredDependency[] } = {},
): DesiredApp => ({
  key: service[0]?.toUpperCase() + service.slice(1),
  service,
  request: { image: "demo:1", name: service, ...request },
  dependsOn,
  location: { file: "openfactory.yml", line: 2, column: 3 },
});

export const project = (...apps: DesiredApp[]): DesiredProject => ({ project: "factory", apps });

/** A config by its key, whose name holds what is in it. */
export const config = (key: string, text: string): DesiredResource => ({
  key,
  spec: { kind: "config", name: `${key}-${text}`, content: new TextEncoder().encode(text) },
});

export const network = (name: string): DesiredResource => ({ key: name, spec: { kind: "network", name } });
