import {
  DeploymentError,
  type LockHolder,
  type NormalizedRequest,
  type Resource,
  type ResourceKind,
  type ResourceSpec,
  type ServiceSettings,
  type ServiceState,
  type ServiceStatus,
} from "@openfactory/deploy-core";

/** A service of the fake: its status, with what it was asked to be and what it was before. */
export interface FakeService extends ServiceStatus {
  settings: ServiceSettings;
  revision: string;
  before?: ServiceSettings;
}

/** A process that was killed makes no further call. */
export class Crash extends Error {
  override readonly name = "Crash";
}

/** Called before (`asked`) and after (`done`) each call takes effect; what it throws is what the caller gets. */
export type Meddler = (call: string, when: "asked" | "done") => void;

/** What an engine holds, in maps: services, resources, locks. It outlives the strategies that work on it. */
export class FakeEngine {
  readonly services = new Map<string, FakeService>();
  readonly resources = new Map<string, Resource & { content?: Uint8Array }>();
  readonly locks = new Map<string, LockHolder>();
  #revision = 0;

  /** @throws DeploymentError `ALREADY_EXISTS`, `NETWORK_NOT_FOUND`, `NOT_FOUND`. */
  create(request: NormalizedRequest): void {
    const { name } = request;
    if (this.services.has(name)) throw new DeploymentError("ALREADY_EXISTS", `${name} is there already.`);
    this.#checkNeeds(request);
    this.put(name, { settings: settingsOf(request) });
  }

  /** @throws DeploymentError `NOT_FOUND`, `CONFLICT` for an old revision, `NETWORK_NOT_FOUND`. */
  update(request: NormalizedRequest, revision?: string): void {
    const found = this.service(request.name);
    if (revision !== undefined && revision !== found.revision) {
      throw new DeploymentError("CONFLICT", `${request.name} has been changed since.`);
    }
    this.#checkNeeds(request);
    this.put(request.name, { settings: settingsOf(request), before: found.settings, createdAt: found.createdAt });
  }

  /** @throws DeploymentError `NOT_FOUND`, `CONFLICT` where there is no earlier version. */
  rollback(name: string): void {
    const { before, settings, createdAt } = this.service(name);
    if (before === undefined) throw new DeploymentError("CONFLICT", `${name} has no earlier version.`);
    this.put(name, { settings: before, before: settings, createdAt });
  }

  /** @throws DeploymentError `NOT_FOUND`. */
  service(name: string): FakeService {
    const found = this.services.get(name);
    if (found === undefined) throw new DeploymentError("NOT_FOUND", `There is no ${name}.`);
    return found;
  }

  /** Puts a service there, as it was left out of account: running, unless said otherwise. */
  put(name: string, status: Partial<FakeService> = {}): FakeService {
    const settings = status.settings ?? { name, image: status.image ?? "demo:1", env: [], labels: status.labels ?? {} };
    const { before = status.before } = status;
    const joined = settings.networks?.flatMap((network) => this.networks(network).slice(0, 1));
    const whole: FakeService = {
      name,
      ids: [name],
      state: "running",
      ports: [],
      createdAt: "2026-01-01T00:00:00Z",
      instances: [],
      image: settings.image,
      labels: settings.labels ?? {},
      replicas: replicasOf(settings, status.state ?? "running"),
      ...(joined && { networks: joined.map(({ id, name: network }) => ({ id, name: network })) }),
      ...status,
      settings,
      revision: status.revision ?? String((this.#revision += 1)),
      ...(before && { before, previous: { image: before.image, labels: before.labels ?? {} } }),
    };
    this.services.set(name, whole);
    return whole;
  }

  /** As a process does that ends or is stopped: what is asked of the service stays as it is. */
  become(name: string, state: ServiceState): FakeService {
    const service = this.service(name);
    const instances =
      state === "failed" ? [{ id: name, name, state, engineState: "exited", exitCode: 3, restarts: 0 }] : [];
    const changed = { ...service, state, instances, replicas: replicasOf(service.settings, state) };
    this.services.set(name, changed);
    return changed;
  }

  /** @throws DeploymentError `ALREADY_EXISTS`. */
  createResource(spec: ResourceSpec): Resource {
    const { kind, name, labels } = spec;
    const id = `${kind} ${name}`;
    if (this.resources.has(id)) throw new DeploymentError("ALREADY_EXISTS", `There is a ${kind} ${name} already.`);
    const resource = {
      kind,
      name,
      id: `${id} ${(this.#revision += 1)}`,
      labels,
      ...("content" in spec && { content: spec.content }),
    };
    this.resources.set(id, resource);
    return resource;
  }

  /** The networks of that name, the oldest first. */
  networks(name: string): Resource[] {
    return [...this.resources.values()].filter((resource) => resource.kind === "network" && resource.name === name);
  }

  /** Puts a network there as another hand does: under a key of its own, so that several may have one name. */
  putNetwork(name: string, id: string, labels: Record<string, string> = {}, key = `network ${name}`): void {
    this.resources.set(key, { kind: "network", name, id, labels });
  }

  /** @throws DeploymentError `NOT_FOUND`, `CONFLICT` while a service uses it. */
  removeResource(kind: ResourceKind, name: string): void {
    const id = `${kind} ${name}`;
    if (!this.resources.has(id)) throw new DeploymentError("NOT_FOUND", `There is no ${kind} ${name}.`);
    const user = [...this.services.values()].find(({ settings }) => uses(settings, kind, name));
    if (user !== undefined) throw new DeploymentError("CONFLICT", `The ${kind} ${name} is in use by ${user.name}.`);
    this.resources.delete(id);
  }

  #checkNeeds({ networks = [], configs = [] }: NormalizedRequest): void {
    const network = networks.find((name) => name.startsWith("own-") && !this.resources.has(`network ${name}`));
    if (network !== undefined) throw new DeploymentError("NETWORK_NOT_FOUND", `There is no network ${network}.`);
    const config = configs.find(({ name }) => !this.resources.has(`config ${name}`));
    if (config !== undefined) throw new DeploymentError("NOT_FOUND", `There is no config ${config.name}.`);
  }

  /** What somebody sees who looks, without revisions and times: to compare the world before and after. */
  snapshot(): Record<string, unknown> {
    const services = [...this.services.values()].map(({ name, settings, state }) => [name, { settings, state }]);
    return {
      services: Object.fromEntries(services.sort()),
      resources: [...this.resources.keys()].sort(),
      locks: [...this.locks.keys()].sort(),
    };
  }
}

export const settingsOf = ({ imagePullPolicy: _, ...settings }: NormalizedRequest): ServiceSettings => settings;

const uses = ({ networks, configs }: ServiceSettings, kind: ResourceKind, name: string): boolean =>
  kind === "network"
    ? networks?.includes(name) === true
    : kind === "config" && configs?.some((each) => each.name === name) === true;

function replicasOf({ mode }: ServiceSettings, state: ServiceState): ServiceStatus["replicas"] {
  const desired = mode && "Replicated" in mode ? mode.Replicated.Replicas : 1;
  return { running: state === "running" ? desired : 0, desired };
}
