import { randomUUID } from "node:crypto";
import {
  DeploymentError,
  type ListResourcesOptions,
  type OperationOptions,
  type RemoveResourceOptions,
  type Resource,
  RESOURCE_KINDS,
  type ResourceKind,
  type ResourceSpec,
  sleep,
  throwIfAborted,
} from "@openfactory/deploy-core";
import {
  type DockerEngine,
  engineErrorCause,
  explainResourceError,
  ifExists,
  invalidResourceName,
  labelFilter,
  listedName,
  LOCK_LABEL,
  type NetworkDetails,
  networkUsers,
  resourceExists,
  resourceInUse,
  resourceNotFound,
  selectResources,
  volumeUsers,
} from "@openfactory/docker-engine";
import {
  fromNetwork,
  fromVolume,
  isFileVolume,
  OPERATION_LABEL,
  toNetworkCreateBody,
  toVolumeCreateBody,
} from "@openfactory/docker-translators";
import { storedFiles } from "./files/file-volumes.js";
import { createFile, fileResources, fileUsers, findFile, removeStoredFile } from "./files/resources.js";

type NetworkSpec = Extract<ResourceSpec, { kind: "network" }>;
type VolumeSpec = Extract<ResourceSpec, { kind: "volume" }>;
type FileSpec = Extract<ResourceSpec, { kind: "secret" | "config" }>;

/** The operations on one kind of resource. */
interface KindOperations<Spec extends ResourceSpec = ResourceSpec> {
  /** @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`. */
  create(engine: DockerEngine, spec: Spec, options: OperationOptions): Promise<Resource>;
  /** @throws DeploymentError `NOT_FOUND`. */
  find(engine: DockerEngine, name: string, options: OperationOptions): Promise<Resource>;
  remove(engine: DockerEngine, id: string, options: OperationOptions): Promise<void>;
  /** Whether the engine refused the removal because the resource is in use. */
  isInUse(error: DeploymentError): boolean;
  /** The names of the containers and services that use it. */
  users(engine: DockerEngine, id: string, options: OperationOptions): Promise<string[]>;
}

/** How often a removal is tried while the resource is in use. */
const RETRY_MS = 100;

/** How long the creator of a younger network of the same name has to remove it. */
const YOUNGER_TIMEOUT_MS = 2_000;

/** The names that the engine accepts for volumes (Engine API, VolumeCreate). It accepts more for networks, but no container can join those. */
const RESOURCE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** The kinds of resources of a single engine. It stores secrets and configs in volumes. */
export const resourceKinds: readonly ResourceKind[] = RESOURCE_KINDS;

/** The resources of an engine, by kind and name, without its predefined networks. Takes at most two calls. */
export async function listResources(engine: DockerEngine, options: ListResourcesOptions): Promise<Resource[]> {
  const kinds = new Set(options.kinds ?? resourceKinds);
  const hasVolumes = (["volume", "config", "secret"] as const).some((kind) => kinds.has(kind));
  const [networks, volumes] = await Promise.all([
    kinds.has("network") ? listNetworks(engine, options) : [],
    hasVolumes ? listVolumes(engine, options) : [],
  ]);
  const found = [...networks, ...volumes].filter(({ kind }) => kinds.has(kind));
  return selectResources(found, options.labels);
}

/** @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`, `UNSUPPORTED`, `ABORTED`. After an error, nothing is left behind. */
export const createResource = async (
  engine: DockerEngine,
  spec: ResourceSpec,
  options: OperationOptions,
): Promise<Resource> => operationsOf(spec.kind).create(engine, spec, options);

/**
 * Removes a resource, and waits up to `timeoutMs` (default 10 s) until nothing uses it.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (still in use), `UNSUPPORTED`.
 */
export async function removeResource(
  engine: DockerEngine,
  kind: ResourceKind,
  name: string,
  options: RemoveResourceOptions,
): Promise<void> {
  const { signal, timeoutMs = 10_000 } = options;
  const operations = operationsOf(kind);
  const { id } = await operations.find(engine, name, options);
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await operations.remove(engine, id, options);
    } catch (error) {
      // Another process has removed it.
      if (DeploymentError.isInstance(error, "NOT_FOUND")) return;
      if (!DeploymentError.isInstance(error) || !operations.isInUse(error)) throw error;
      if (Date.now() >= end) {
        const users = await operations.users(engine, id, {}).catch(() => []);
        throw resourceInUse({ kind, name }, users, error);
      }
    }
    await sleep(Math.min(RETRY_MS, Math.max(0, end - Date.now())), signal);
  }
}

// Networks

/** Networks of the engine's own, which can't be created or removed. */
const PREDEFINED_NETWORKS: ReadonlySet<string> = new Set(["bridge", "host", "none"]);
const FORBIDDEN = 403;

async function listNetworks(
  engine: DockerEngine,
  { labels, foreign = false, signal }: ListResourcesOptions,
): Promise<Resource[]> {
  const networks = await engine.networks.list(labelFilter(labels), { signal });
  return networks
    .filter((network) => !isPredefined(network) && (foreign || !isSwarmNetwork(network)))
    .map(networkResource);
}

const networkOperations: KindOperations<NetworkSpec> = {
  async create(engine, spec, options) {
    if (PREDEFINED_NETWORKS.has(spec.name)) throw resourceExists(spec);
    return createOrCleanUp(networkCreation(engine, spec), options);
  },
  async find(engine, name, { signal }) {
    if (!RESOURCE_NAME.test(name)) throw resourceNotFound("network", name, engine.host);
    const all = await networksNamed(engine, name, signal);
    // A swarm may have a network of the same name.
    const found = all.find((network) => !isSwarmNetwork(network)) ?? all[0];
    if (found === undefined) throw resourceNotFound("network", name, engine.host);
    if (isPredefined(found)) {
      throw new DeploymentError("CONFLICT", `Network ${name} is predefined by the engine, and can't be removed.`, {
        hint: "Remove the network from the resources, or choose another name.",
      });
    }
    if (isSwarmNetwork(found)) {
      throw new DeploymentError("CONFLICT", `Network ${name} belongs to Docker Swarm. It was not changed.`, {
        hint: "Use `--platform swarm`, or `docker network rm` on a manager.",
      });
    }
    return networkResource(found);
  },
  remove: (engine, id, { signal }) => engine.networks.remove(id, { signal }),
  // The engine answers 400 for a network of the swarm that a service uses.
  isInUse: (error) => {
    const { statusCode, message = "" } = engineErrorCause(error) ?? {};
    return statusCode === FORBIDDEN || /is in use by|has active endpoints/i.test(message);
  },
  async users(engine, id, { signal }) {
    const containers = await engine.containers.list({ network: [id] }, { signal });
    const others = await networkUsers(engine, { id }, { signal });
    return [
      ...containers.map((container) => `container ${listedName(container)}`),
      ...others.filter((user) => user.startsWith("service ")),
    ];
  },
};

const networkResource = (network: NetworkDetails): Resource => ({
  ...fromNetwork(network),
  ...(isSwarmNetwork(network) && { orchestrator: "Docker Swarm" }),
});

const isPredefined = ({ Name, Ingress }: NetworkDetails): boolean => PREDEFINED_NETWORKS.has(Name) || Ingress;

/** A network of the swarm that this strategy did not create: the platform swarm or docker stack did. */
const isSwarmNetwork = ({ Scope, Labels }: NetworkDetails): boolean =>
  Scope === "swarm" && Labels?.[OPERATION_LABEL] === undefined;

/** The engine's filter also matches parts of names, and older engines allow several networks of one name. */
const networksNamed = async (engine: DockerEngine, name: string, signal?: AbortSignal): Promise<NetworkDetails[]> =>
  (await engine.networks.list({ name: [name] }, { signal })).filter(({ Name }) => Name === name);

const networkCreation = (engine: DockerEngine, spec: NetworkSpec): Creation => ({
  spec,
  async create(operation) {
    const body = toNetworkCreateBody(withOperation(spec, operation), "bridge");
    // Before API 1.44 the engine checks for duplicates only on request, and not atomically.
    const { id } = await engine.networks.create({ ...body, CheckDuplicate: true });
    if (await isOnlyOne(engine, spec.name, id)) {
      return { kind: "network", name: spec.name, id, labels: { ...spec.labels } };
    }
    await engine.networks.remove(id);
    return undefined;
  },
  remove: ({ id }) => engine.networks.remove(id),
  async createdBy(operation) {
    return (await engine.networks.list(labelFilter({ [OPERATION_LABEL]: operation }))).map(networkResource);
  },
});

/**
 * Whether a new network keeps its name. Of several that were created at the same time, the oldest does. An engine dates a
 * network before it lists it, so the creator of a younger one may have seen no other: if a younger one stays, the new one goes.
 */
async function isOnlyOne(engine: DockerEngine, name: string, id: string): Promise<boolean> {
  const end = Date.now() + YOUNGER_TIMEOUT_MS;
  for (;;) {
    const all = await networksNamed(engine, name);
    const own = all.find((network) => network.Id === id);
    const others = all.filter((network) => network.Id !== id);
    if (others.length === 0) return true;
    if (own === undefined || others.some((other) => ageKey(other) < ageKey(own)) || Date.now() > end) return false;
    await sleep(RETRY_MS);
  }
}

const ageKey = ({ Created, Id }: NetworkDetails): string => `${Created} ${Id}`;

// Volumes

/** The volumes, secrets and configs. Locks are volumes, too. */
async function listVolumes(engine: DockerEngine, { labels, signal }: ListResourcesOptions): Promise<Resource[]> {
  const volumes = await engine.volumes.list(labelFilter(labels), { signal });
  const own = volumes.filter(({ Name, Labels }) => Labels?.[LOCK_LABEL] === undefined && !isFileVolume(Name));
  return [...own.map(fromVolume), ...fileResources(storedFiles(volumes))];
}

const volumeOperations: KindOperations<VolumeSpec> = {
  create: (engine, spec, options) => createOrCleanUp(volumeCreation(engine, spec), options),
  async find(engine, name, { signal }) {
    if (!RESOURCE_NAME.test(name)) throw resourceNotFound("volume", name, engine.host);
    const volume = await ifExists(engine.volumes.inspect(name, { signal }));
    if (volume === undefined) throw resourceNotFound("volume", name, engine.host);
    return fromVolume(volume);
  },
  remove: (engine, id, { signal }) => engine.volumes.remove(id, { signal }),
  isInUse: ({ code }) => code === "CONFLICT",
  users: (engine, id, { signal }) => volumeUsers(engine, id, { signal }),
};

const volumeCreation = (engine: DockerEngine, spec: VolumeSpec): Creation => ({
  spec,
  async create(operation) {
    // If the name is in use, the engine answers with the existing volume.
    const volume = await engine.volumes.create(toVolumeCreateBody(withOperation(spec, operation)));
    return volume.Labels?.[OPERATION_LABEL] === operation ? fromVolume(volume) : undefined;
  },
  remove: ({ name }) => engine.volumes.remove(name),
  async createdBy(operation) {
    return (await engine.volumes.list(labelFilter({ [OPERATION_LABEL]: operation }))).map(fromVolume);
  },
});

// Secrets and configs

const fileOperations = (kind: "secret" | "config"): KindOperations<FileSpec> => ({
  create: createFile,
  find: (engine, name, options) => findFile(engine, kind, name, options),
  remove: removeStoredFile,
  isInUse: ({ code }) => code === "CONFLICT",
  users: fileUsers,
});

// All kinds

const OPERATIONS = {
  network: networkOperations,
  volume: volumeOperations,
  secret: fileOperations("secret"),
  config: fileOperations("config"),
};

/** @throws DeploymentError `UNSUPPORTED`. */
function operationsOf(kind: ResourceKind): KindOperations {
  if (Object.hasOwn(OPERATIONS, kind)) return OPERATIONS[kind] as KindOperations;
  throw new DeploymentError("UNSUPPORTED", `Unknown kind of resource ${JSON.stringify(kind)}.`, {
    hint: `Use one of: ${resourceKinds.join(", ")}.`,
  });
}

/** The creation of one resource. */
interface Creation {
  spec: ResourceSpec;
  /** Undefined if the name is in use. */
  create(operation: string): Promise<Resource | undefined>;
  remove(resource: Resource): Promise<void>;
  /** The resources that carry the label of that operation. */
  createdBy(operation: string): Promise<Resource[]>;
}

const withOperation = <Spec extends ResourceSpec>(spec: Spec, operation: string): Spec => ({
  ...spec,
  labels: { ...spec.labels, [OPERATION_LABEL]: operation },
});

/** Creates a resource. If that fails, or the signal fires, removes whatever the engine has created. */
async function createOrCleanUp(creation: Creation, { signal }: OperationOptions): Promise<Resource> {
  const { spec } = creation;
  throwIfAborted(signal);
  if (!RESOURCE_NAME.test(spec.name)) throw invalidResourceName(spec);
  const operation = randomUUID();
  try {
    // Without the signal: an answer that is not awaited would leave a resource behind.
    const resource = await creation.create(operation);
    if (resource === undefined) throw resourceExists(spec);
    throwIfAborted(signal);
    return resource;
  } catch (error) {
    if (!DeploymentError.isInstance(error, "ALREADY_EXISTS")) await removeCreated(creation, operation);
    throw explainResourceError(error, spec);
  }
}

async function removeCreated({ createdBy, remove }: Creation, operation: string): Promise<void> {
  try {
    await Promise.all((await createdBy(operation)).map(remove));
  } catch {
    // The engine does not answer: the caller throws the first error, which says so.
  }
}
