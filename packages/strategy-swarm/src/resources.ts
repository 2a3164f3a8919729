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
  undoIfAborted,
} from "@openfactory/deploy-core";
import {
  type CallOptions,
  type DockerEngine,
  engineErrorCause,
  explainResourceError,
  type Filters,
  invalidResourceName,
  labelFilter,
  LOCK_LABEL,
  type NamedResource,
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
  toNetworkCreateBody,
  toVolumeCreateBody,
} from "@openfactory/docker-translators";

/** The kinds of a swarm. Volumes are those of the manager's own node: a swarm has none of its own. */
export const resourceKinds: readonly ResourceKind[] = RESOURCE_KINDS;

/** @throws DeploymentError `UNSUPPORTED` for an unknown kind. */
function checkKind(kind: ResourceKind): void {
  if (resourceKinds.includes(kind)) return;
  throw new DeploymentError("UNSUPPORTED", `Unknown kind of resource ${JSON.stringify(kind)}.`, {
    hint: `Use one of: ${resourceKinds.join(", ")}.`,
  });
}

/**
 * The networks, configs and secrets of the swarm, and the volumes of the manager's own node: one call for each kind. Locks,
 * the swarm's own ingress network, and the volumes in which local Docker stores secrets and configs are left out.
 */
export async function listResources(
  engine: DockerEngine,
  { kinds = resourceKinds, labels = {}, signal }: ListResourcesOptions,
): Promise<Resource[]> {
  kinds.forEach(checkKind);
  const filter = labelFilter(labels);
  const lists = await Promise.all([...new Set(kinds)].map((kind) => LISTS[kind](engine, filter, { signal })));
  return selectResources(lists.flat(), labels);
}

/** The resource with exactly this name: the engine's filters also match prefixes and parts of names. */
async function findResource(
  engine: DockerEngine,
  kind: ResourceKind,
  name: string,
  { signal }: OperationOptions,
): Promise<Resource | undefined> {
  const all = await LISTS[kind](engine, { name: [name] }, { signal });
  return all.find((resource) => resource.name === name);
}

type List = (engine: DockerEngine, filters: Filters, options: CallOptions) => Promise<Resource[]>;

const LISTS: Readonly<Record<ResourceKind, List>> = {
  network: async ({ networks }, filters, options) =>
    (await networks.list({ ...filters, scope: ["swarm"] }, options)).filter(isOfSwarm).map(fromNetwork),
  volume: async ({ volumes }, filters, options) =>
    (await volumes.list(filters, options)).filter(({ Name }) => !isFileVolume(Name)).map(fromVolume),
  config: async ({ configs }, filters, options) =>
    (await configs.list(filters, options)).filter(isNoLock).map(fromFile("config")),
  secret: async ({ secrets }, filters, options) => (await secrets.list(filters, options)).map(fromFile("secret")),
};

const isOfSwarm = ({ Scope, Ingress }: NetworkDetails): boolean => Scope === "swarm" && !Ingress;
const isNoLock = ({ Spec: { Labels = {} } }: NamedResource): boolean => Labels[LOCK_LABEL] === undefined;

const fromFile =
  (kind: "config" | "secret") =>
  ({ ID, Spec: { Name, Labels } }: NamedResource): Resource => ({ kind, name: Name, id: ID, labels: Labels ?? {} });

/**
 * Creates a network, config or secret of the swarm, or a volume on the manager's own node. The content of configs and
 * secrets goes to the engine only.
 * @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`, `UNSUPPORTED`, `ABORTED` (nothing created).
 */
export async function createResource(
  engine: DockerEngine,
  spec: ResourceSpec,
  { signal, observer }: OperationOptions,
): Promise<Resource> {
  const { kind, name, labels } = spec;
  checkKind(kind);
  if (!NAME.test(name)) throw invalidResourceName(spec);
  // An engine reports success for an existing volume, even if its options differ.
  if (kind === "volume" && (await findResource(engine, kind, name, { signal })) !== undefined)
    throw resourceExists(spec);
  observer?.({ type: "step", service: name, step: `create ${kind}` });
  throwIfAborted(signal);
  const id = await create(engine, spec);
  const resource: Resource = { kind, name, id, labels: { ...labels } };
  await undoIfAborted(signal, () => deleteResource(engine, resource));
  return resource;
}

/** Checked here because an engine chooses a name for a volume without one. */
const NAME = /^[a-zA-Z0-9][\w.-]*$/;

/** @returns the id. Without the signal: the result must be known. */
async function create(engine: DockerEngine, spec: ResourceSpec): Promise<string> {
  try {
    switch (spec.kind) {
      case "network":
        return (await engine.networks.create(toNetworkCreateBody(spec, "overlay"))).id;
      case "volume":
        return (await engine.volumes.create(toVolumeCreateBody(spec))).Name;
      case "config":
        return await engine.configs.create(fileBody(spec));
      case "secret":
        return await engine.secrets.create(fileBody(spec));
    }
  } catch (error) {
    throw explainResourceError(error, spec);
  }
}

type SpecOf<Kind> = Extract<ResourceSpec, { kind: Kind }>;

const fileBody = ({ name, labels, content }: SpecOf<"config" | "secret">): object => ({
  Name: name,
  Labels: { ...labels },
  Data: Buffer.from(content).toString("base64"),
});

const RETRY_EVERY_MS = 200;

/**
 * Removes the resource with exactly this name. Tasks use networks and volumes for a moment after their service is
 * removed, so a resource in use is retried until `timeoutMs` (default 10 s).
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (still in use), `UNSUPPORTED`, `ABORTED`.
 */
export async function removeResource(
  engine: DockerEngine,
  kind: ResourceKind,
  name: string,
  { signal, observer, timeoutMs = 10_000 }: RemoveResourceOptions,
): Promise<void> {
  checkKind(kind);
  const end = Date.now() + timeoutMs;
  const found = await findResource(engine, kind, name, { signal });
  const place = `${kind === "volume" ? "the node" : "the swarm"} of ${engine.host}`;
  if (found === undefined) throw resourceNotFound(kind, name, place);
  observer?.({ type: "step", service: name, step: `remove ${kind}`, id: found.id });
  for (;;) {
    const inUse = await tryToRemove(engine, found, signal);
    if (inUse === undefined && !(await lingers(engine, found, { signal }))) return;
    if (Date.now() >= end) throw inUseError(found, inUse, await usersOf(engine, found).catch(() => []));
    await sleep(Math.min(RETRY_EVERY_MS, Math.max(0, end - Date.now())), signal);
  }
}

/** @returns undefined if the resource is removed; the engine's error if it is in use. */
async function tryToRemove(
  engine: DockerEngine,
  resource: Resource,
  signal?: AbortSignal,
): Promise<DeploymentError | undefined> {
  try {
    await deleteResource(engine, resource, signal);
    return undefined;
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    if (isGone(error)) return undefined;
    if (isInUse(error)) return error;
    throw error;
  }
}

/**
 * Whether a node still has its part of a network that the swarm has removed. Its name is in use until the tasks on that
 * node have stopped.
 */
const lingers = async (engine: DockerEngine, { kind, name, id }: Resource, options: CallOptions): Promise<boolean> =>
  kind === "network" && (await findResource(engine, kind, name, options))?.id === id;

/** For a network that lingers, the engine answers 500 instead of 404. */
const isGone = (error: DeploymentError): boolean =>
  error.code === "NOT_FOUND" ||
  (error.code === "ENGINE_ERROR" && /not found/i.test(engineErrorCause(error)?.message ?? ""));

/** The engine answers 409 for a volume in use. For other kinds the status is ambiguous, so its message decides. */
const isInUse = (error: DeploymentError): boolean =>
  error.code === "CONFLICT" || /in use|has active endpoints/i.test(engineErrorCause(error)?.message ?? "");

function deleteResource(engine: DockerEngine, { kind, id }: Resource, signal?: AbortSignal): Promise<void> {
  switch (kind) {
    case "network":
      return engine.networks.remove(id, { signal });
    case "volume":
      return engine.volumes.remove(id, { signal });
    case "config":
      return engine.configs.remove(id, { signal });
    case "secret":
      return engine.secrets.remove(id, { signal });
  }
}

/** The users by name: the engine's message names them by id. */
async function usersOf(engine: DockerEngine, { kind, name, id }: Resource): Promise<string[]> {
  if (kind === "network") return networkUsers(engine, { id, name });
  return kind === "volume" ? volumeUsers(engine, name) : [];
}

/** @param error the engine's error; undefined for a network that lingers. */
function inUseError(
  { kind, name }: Resource,
  error: DeploymentError | undefined,
  users: readonly string[],
): DeploymentError {
  if (error === undefined) {
    return new DeploymentError("CONFLICT", `The ${kind} ${name} is still in use: its tasks are shutting down.`, {
      hint: `Wait until the tasks have stopped, then remove the ${kind} again.`,
    });
  }
  return resourceInUse({ kind, name }, users, error);
}
