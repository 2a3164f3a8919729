import {
  type CanInspect,
  type CanList,
  type CanWait,
  type CapabilityName,
  DeploymentError,
  type Deployment,
  type DeployOptions,
  type DeployRequest,
  type ListOptions,
  OpenFactoryServiceDeploymentStrategy,
  REQUEST_FIELDS,
  type RemoveOptions,
  type ServiceState,
  type ServiceStatus,
  type StrategyManifest,
  throwIfAborted,
  type WaitOptions,
} from "@openfactory/deploy-core";
import type { DesiredApp, DesiredDependency, DesiredProject } from "../desired.js";

/** What a service of the fake does, where it does not just run. */
export interface Behaviour {
  deployFails?: DeploymentError;
  waitFails?: DeploymentError;
  removeFails?: DeploymentError;
  /** What each further wait finds; the last one stays. Default running. */
  waitFinds?: ServiceState[];
  /** Waits until the signal fires. */
  hangs?: boolean;
}

/** Services in a map, with every call noted, and failures where a test wants them. */
export class FakeStrategy extends OpenFactoryServiceDeploymentStrategy implements CanInspect, CanList, CanWait {
  override readonly manifest: StrategyManifest;
  readonly services = new Map<string, ServiceStatus>();
  readonly calls: string[] = [];
  readonly behaviours: Record<string, Behaviour>;
  busiest = 0;
  #busy = 0;

  constructor(behaviours: Record<string, Behaviour> = {}, manifest: Partial<StrategyManifest> = {}) {
    super();
    this.behaviours = behaviours;
    const capabilities: CapabilityName[] = ["inspect", "list", "wait"];
    this.manifest = { name: "fake", capabilities, honours: REQUEST_FIELDS, unhonoured: [], ...manifest };
  }

  async deploy(request: DeployRequest, options: DeployOptions = {}): Promise<Deployment> {
    const { request: prepared, warnings } = this.prepare(request, options);
    const { name, image, labels = {} } = prepared;
    this.calls.push(`deploy ${name}`);
    this.busiest = Math.max(this.busiest, ++this.#busy);
    await new Promise((resolve) => setImmediate(resolve));
    this.#busy -= 1;
    throwIfAborted(options.signal, { service: name });
    const fault = this.behaviours[name]?.deployFails;
    if (fault !== undefined) throw fault;
    if (this.services.has(name)) throw new DeploymentError("ALREADY_EXISTS", `${name} is there already.`);
    this.put(name, { image, labels });
    return { name, ids: [name], image, warnings };
  }

  async remove(name: string, { signal }: RemoveOptions = {}): Promise<void> {
    this.calls.push(`remove ${name}`);
    throwIfAborted(signal);
    const fault = this.behaviours[name]?.removeFails;
    if (fault !== undefined) throw fault;
    if (!this.services.delete(name)) throw new DeploymentError("NOT_FOUND", `There is no ${name}.`);
  }

  async inspect(name: string): Promise<ServiceStatus> {
    this.calls.push(`inspect ${name}`);
    const found = this.services.get(name);
    if (found === undefined) throw new DeploymentError("NOT_FOUND", `There is no ${name}.`);
    return found;
  }

  async list({ labels = {} }: ListOptions = {}): Promise<ServiceStatus[]> {
    this.calls.push("list");
    const wanted = Object.entries(labels);
    return [...this.services.values()].filter((status) => wanted.every(([key, value]) => status.labels[key] === value));
  }

  async wait(name: string, { signal }: WaitOptions = {}): Promise<ServiceStatus> {
    this.calls.push(`wait ${name}`);
    const { waitFails, waitFinds, hangs } = this.behaviours[name] ?? {};
    if (hangs) await new Promise((resolve) => signal?.addEventListener("abort", resolve));
    throwIfAborted(signal, { service: name });
    if (waitFails !== undefined) throw waitFails;
    const found = waitFinds !== undefined && waitFinds.length > 1 ? waitFinds.shift() : waitFinds?.[0];
    return this.put(name, { ...(await this.inspect(name)), state: found ?? "running" });
  }

  put(name: string, status: Partial<ServiceStatus> = {}): ServiceStatus {
    const whole: ServiceStatus = {
      name,
      ids: [name],
      image: "demo:1",
      state: "running",
      replicas: { running: 1, desired: 1 },
      ports: [],
      labels: {},
      createdAt: "2026-01-01T00:00:00Z",
      instances: [],
      ...status,
    };
    this.services.set(name, whole);
    return whole;
  }

  /** The calls that changed something, in order. */
  changes(): string[] {
    return this.calls.filter((call) => /^(deploy|remove)/.test(call));
  }
}

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
