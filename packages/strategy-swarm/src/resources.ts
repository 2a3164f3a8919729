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
  type CallOptions,
  type DockerEngine,
  engineErrorCause,
  type Filters,
  LOCK_LABEL,
  type NamedResource,
  type NetworkDetails,
  networkUsers,
  type VolumeDetails,
} from "@openfactory/docker-engine";

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
 * The networks, configs and secrets of the swarm, and the volumes of the manager's own node: one call for each kind. Locks
 * and the swarm's own ingress network are left out.
 */
export async function listResources(
  engine: DockerEngine,
  { kinds = resourceKinds, labels = {}, signal }: ListResourcesOptions,
): Promise<Resource[]> {
  kinds.forEach(checkKind);
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const filters: Filters = label.length > 0 ? { label } : {};
  const lists = await Promise.all([...new Set(kinds)].map((kind) => LISTS[kind](engine, filters, { signal })));
  // For configs and secrets, the swarm's filter matches a label without a value for all values.
  const hasLabels = (resource: Resource) =>
    Object.entries(labels).every(([name, value]) => resource.labels[name] === value);
  return lists
    .flat()
    .filter(hasLabels)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ kind, name }: Resource): string => `${kind} ${name}`;

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
  volume: async ({ volumes }, filters, options) => (await volumes.list(filters, options)).map(fromVolume),
  config: async ({ configs }, filters, options) =>
    (await configs.list(filters, options)).filter(isNoLock).map(fromFile("config")),
  secret: async ({ secrets }, filters, options) => (await secrets.list(filters, options)).map(fromFile("secret")),
};

const isOfSwarm = ({ Scope, Ingress }: NetworkDetails): boolean => Scope === "swarm" && !Ingress;
const isNoLock = ({ Spec: { Labels = {} } }: NamedResource): boolean => Labels[LOCK_LABEL] === undefined;

const fromNetwork = ({ Id, Name, Labels }: NetworkDetails): Resource => ({
  kind: "network",
  name: Name,
  id: Id,
  labels: Labels ?? {},
});
const fromVolume = ({ Name, Labels }: VolumeDetails): Resource => ({
  kind: "volume",
  name: Name,
  id: Name,
  labels: Labels ?? {},
});
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
  if (!NAME.test(name)) throw invalidName(kind, name);
  // An engine reports success for an existing volume, even if its options differ.
  if (kind === "volume" && (await findResource(engine, kind, name, { signal })) !== undefined)
    throw nameInUse(kind, name);
  observer?.({ type: "step", service: name, step: `create ${kind}` });
  throwIfAborted(signal);
  const id = await create(engine, spec);
  const resource: Resource = { kind, name, id, labels: { ...labels } };
  try {
    throwIfAborted(signal);
  } catch (aborted) {
    await deleteResource(engine, resource);
    throw aborted;
  }
  return resource;
}

/** Checked here because an engine chooses a name for a volume without one. */
const NAME = /^[a-zA-Z0-9][\w.-]*$/;

const invalidName = (kind: string, name: string): DeploymentError =>
  new DeploymentError("INVALID_REQUEST", `Invalid name ${JSON.stringify(name)} of a ${kind}.`, {
    field: "name",
    hint: "Use letters, digits, _, . and -, starting with a letter or digit.",
  });

/** @returns the id. Without the signal: the result must be known. */
async function create(engine: DockerEngine, spec: ResourceSpec): Promise<string> {
  try {
    switch (spec.kind) {
      case "network":
        return (await engine.networks.create(networkBody(spec))).id;
      case "volume":
        return (await engine.volumes.create(volumeBody(spec))).Name;
      case "config":
        return await engine.configs.create(fileBody(spec));
      case "secret":
        return await engine.secrets.create(fileBody(spec));
    }
  } catch (error) {
    throw explainCreateError(spec, error);
  }
}

type SpecOf<Kind> = Extract<ResourceSpec, { kind: Kind }>;

const networkBody = ({ name, labels, driver, attachable, internal, driverOptions }: SpecOf<"network">): object => ({
  Name: name,
  Driver: driver ?? "overlay",
  Attachable: attachable ?? true,
  Internal: internal ?? false,
  Options: { ...driverOptions },
  Labels: { ...labels },
});

const volumeBody = ({ name, labels, driver, driverOptions }: SpecOf<"volume">): object => ({
  Name: name,
  Driver: driver ?? "local",
  DriverOpts: { ...driverOptions },
  Labels: { ...labels },
});

const fileBody = ({ name, labels, content }: SpecOf<"config" | "secret">): object => ({
  Name: name,
  Labels: { ...labels },
  Data: Buffer.from(content).toString("base64"),
});

const nameInUse = (kind: string, name: string, cause?: unknown): DeploymentError =>
  new DeploymentError("ALREADY_EXISTS", `A ${kind} named ${name} already exists.`, {
    field: "name",
    hint: `Choose another name, or remove the existing ${kind} first. The ${kind} was not changed.`,
    cause,
  });

function explainCreateError({ kind, name }: ResourceSpec, error: unknown): unknown {
  if (!DeploymentError.isInstance(error)) return error;
  const { cause } = error;
  if (error.code === "CONFLICT") return nameInUse(kind, name, cause);
  if (error.code === "NOT_FOUND") {
    const hint = "Install the driver's plugin on every node, or use another driver.";
    return new DeploymentError("INVALID_REQUEST", error.message, { field: "driver", hint, cause });
  }
  if (error.code !== "INVALID_REQUEST") return error;
  return new DeploymentError(error.code, error.message, { hint: `Correct the ${kind}. Nothing was created.`, cause });
}

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
  if (found === undefined) throw notFound(engine, kind, name);
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

const notFound = ({ host }: DockerEngine, kind: ResourceKind, name: string): DeploymentError => {
  const where = kind === "volume" ? `the node of ${host}` : `the swarm of ${host}`;
  return new DeploymentError("NOT_FOUND", `There is no ${kind} ${JSON.stringify(name)} on ${where}.`, {
    hint: `Names must match exactly. \`docker ${kind} ls\` lists the existing ones.`,
  });
};

/** The users by name: the engine's message names them by id. */
async function usersOf(engine: DockerEngine, { kind, name, id }: Resource): Promise<string[]> {
  if (kind === "network") return networkUsers(engine, { id, name });
  if (kind !== "volume") return [];
  const containers = await engine.containers.list({ volume: [name] });
  return containers
    .flatMap(({ Names }) => Names.slice(0, 1))
    .map((container) => `container ${container.replace(/^\//, "")}`)
    .sort();
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
  const reason = users.length > 0 ? `by ${users.join(", ")}` : engineErrorCause(error)?.message;
  return new DeploymentError(
    "CONFLICT",
    `The ${kind} ${name} is in use: ${reason ?? "the engine does not report by which container"}.`,
    {
      hint: `Remove the users of the ${kind} first. The ${kind} was not changed.`,
      cause: error.cause,
    },
  );
}
