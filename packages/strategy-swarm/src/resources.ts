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
  engineFault,
  type Filters,
  type NamedResource,
  type NetworkDetails,
  networkUsers,
  type VolumeDetails,
} from "@openfactory/docker-engine";
import { LOCK_LABEL } from "./lock.js";

/** What a swarm has. Volumes are those of the manager's own node: there are none that are all nodes'. */
export const swarmResourceKinds: readonly ResourceKind[] = RESOURCE_KINDS;

/** @throws DeploymentError `UNSUPPORTED` for a kind that there is not. */
function checkKind(kind: ResourceKind): void {
  if (swarmResourceKinds.includes(kind)) return;
  throw new DeploymentError("UNSUPPORTED", `There is no resource of the kind ${JSON.stringify(kind)}.`, {
    hint: `There are: ${swarmResourceKinds.join(", ")}.`,
  });
}

/**
 * Networks of the swarm (and none of one node), its configs and secrets, and the volumes of the manager's own node: one
 * call for each kind. Locks are none of them, nor is the swarm's own ingress network.
 */
export async function listResources(
  engine: DockerEngine,
  { kinds = swarmResourceKinds, labels = {}, signal }: ListResourcesOptions,
): Promise<Resource[]> {
  kinds.forEach(checkKind);
  const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  const filters: Filters = label.length > 0 ? { label } : {};
  const lists = await Promise.all([...new Set(kinds)].map((kind) => LISTERS[kind](engine, filters, { signal })));
  // Of configs and secrets, the swarm takes a label without a value for one of any value.
  const carries = (resource: Resource) =>
    Object.entries(labels).every(([name, value]) => resource.labels[name] === value);
  return lists
    .flat()
    .filter(carries)
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ kind, name }: Resource): string => `${kind} ${name}`;

/** The resource of exactly that name; the engine's filters take beginnings and parts of names. */
async function findResource(
  engine: DockerEngine,
  kind: ResourceKind,
  name: string,
  { signal }: OperationOptions,
): Promise<Resource | undefined> {
  const all = await LISTERS[kind](engine, { name: [name] }, { signal });
  return all.find((resource) => resource.name === name);
}

type List = (engine: DockerEngine, filters: Filters, options: CallOptions) => Promise<Resource[]>;

const LISTERS: Readonly<Record<ResourceKind, List>> = {
  network: async ({ networks }, filters, options) =>
    (await networks.list({ ...filters, scope: ["swarm"] }, options)).filter(isOfSwarm).map(ofNetwork),
  volume: async ({ volumes }, filters, options) => (await volumes.list(filters, options)).map(ofVolume),
  config: async ({ configs }, filters, options) =>
    (await configs.list(filters, options)).filter(isNoLock).map(ofFile("config")),
  secret: async ({ secrets }, filters, options) => (await secrets.list(filters, options)).map(ofFile("secret")),
};

const isOfSwarm = ({ Scope, Ingress }: NetworkDetails): boolean => Scope === "swarm" && !Ingress;
const isNoLock = ({ Spec: { Labels = {} } }: NamedResource): boolean => Labels[LOCK_LABEL] === undefined;

const ofNetwork = ({ Id, Name, Labels }: NetworkDetails): Resource => ({
  kind: "network",
  name: Name,
  id: Id,
  labels: Labels ?? {},
});
const ofVolume = ({ Name, Labels }: VolumeDetails): Resource => ({
  kind: "volume",
  name: Name,
  id: Name,
  labels: Labels ?? {},
});
const ofFile =
  (kind: "config" | "secret") =>
  ({ ID, Spec: { Name, Labels } }: NamedResource): Resource => ({ kind, name: Name, id: ID, labels: Labels ?? {} });

/**
 * Makes a network, config or secret of the swarm, or a volume on the manager's own node. The content of configs and
 * secrets goes to the engine, and nowhere else.
 * @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`, `UNSUPPORTED`, `ABORTED` (nothing made).
 */
export async function createResource(
  engine: DockerEngine,
  spec: ResourceSpec,
  { signal, observer }: OperationOptions,
): Promise<Resource> {
  const { kind, name, labels } = spec;
  checkKind(kind);
  if (!NAME.test(name)) throw invalidName(kind, name);
  // An engine takes the making of a volume that is there for done, whatever its options.
  if (kind === "volume" && (await findResource(engine, kind, name, { signal })) !== undefined)
    throw nameInUse(kind, name);
  observer?.({ type: "step", service: name, step: `create ${kind}` });
  throwIfAborted(signal);
  const id = await make(engine, spec);
  const resource: Resource = { kind, name, id, labels: { ...labels } };
  try {
    throwIfAborted(signal);
  } catch (aborted) {
    await destroy(engine, resource);
    throw aborted;
  }
  return resource;
}

/** An engine takes a volume without a name for one that it shall name itself. */
const NAME = /^[a-zA-Z0-9][\w.-]*$/;

const invalidName = (kind: string, name: string): DeploymentError =>
  new DeploymentError("INVALID_REQUEST", `${JSON.stringify(name)} is no name of a ${kind}.`, {
    field: "name",
    hint: "Give a name of letters, digits, _, . and -, with a letter or digit first.",
  });

/** @returns its id. Not given the signal: what came of it has to be known. */
async function make(engine: DockerEngine, spec: ResourceSpec): Promise<string> {
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
    throw explainError(spec, error);
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
  new DeploymentError("ALREADY_EXISTS", `There is a ${kind} named ${name} already.`, {
    field: "name",
    hint: "Choose another name, or remove that one first; it was left as it is.",
    cause,
  });

function explainError({ kind, name }: ResourceSpec, error: unknown): unknown {
  if (!DeploymentError.isInstance(error)) return error;
  const { cause } = error;
  if (error.code === "CONFLICT") return nameInUse(kind, name, cause);
  if (error.code === "NOT_FOUND") {
    const hint = "Install the driver's plugin on every node, or use another driver.";
    return new DeploymentError("INVALID_REQUEST", error.message, { field: "driver", hint, cause });
  }
  if (error.code !== "INVALID_REQUEST") return error;
  return new DeploymentError(error.code, error.message, { hint: `Correct the ${kind}; nothing was made.`, cause });
}

const LOOK_EVERY_MS = 200;

/**
 * Removes the resource of exactly that name. Tasks hold networks and volumes for a moment after their service is gone: that
 * is waited for.
 * @throws DeploymentError `NOT_FOUND`, `CONFLICT` (in use still), `UNSUPPORTED`, `ABORTED`.
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
    const user = await tryToRemove(engine, found, signal);
    if (user === undefined && !(await lingers(engine, found, { signal }))) return;
    if (Date.now() >= end) throw inUse(found, user, await usersOf(engine, found).catch(() => []));
    await sleep(Math.min(LOOK_EVERY_MS, Math.max(0, end - Date.now())), signal);
  }
}

/** @returns undefined if the swarm, or the node, has it no more; else the engine's error that says what uses it. */
async function tryToRemove(
  engine: DockerEngine,
  resource: Resource,
  signal?: AbortSignal,
): Promise<DeploymentError | undefined> {
  try {
    await destroy(engine, resource, signal);
    return undefined;
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    if (isGone(error)) return undefined;
    if (isInUse(error)) return error;
    throw error;
  }
}

/**
 * The swarm may have a network no more, while the node still has its part of it, for tasks that are being shut down: its
 * name is in use until then.
 */
const lingers = async (engine: DockerEngine, { kind, name, id }: Resource, options: CallOptions): Promise<boolean> =>
  kind === "network" && (await findResource(engine, kind, name, options))?.id === id;

/** For a network that lingers, 404 comes as 500. */
const isGone = (error: DeploymentError): boolean =>
  error.code === "NOT_FOUND" || (error.code === "ENGINE_ERROR" && /not found/i.test(engineFault(error)?.message ?? ""));

/** A volume in use is 409; of the rest, 400 stands for much, and only the words tell. */
const isInUse = (error: DeploymentError): boolean =>
  error.code === "CONFLICT" || /in use|has active endpoints/i.test(engineFault(error)?.message ?? "");

function destroy(engine: DockerEngine, { kind, id }: Resource, signal?: AbortSignal): Promise<void> {
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
    hint: `Names are exact; \`docker ${kind} ls\` lists what is there.`,
  });
};

/** By names, where the engine's own words are ids. */
async function usersOf(engine: DockerEngine, { kind, name, id }: Resource): Promise<string[]> {
  if (kind === "network") return networkUsers(engine, { id, name });
  if (kind !== "volume") return [];
  const containers = await engine.containers.list({ volume: [name] });
  return containers
    .flatMap(({ Names }) => Names.slice(0, 1))
    .map((container) => `container ${container.replace(/^\//, "")}`)
    .sort();
}

const inUse = (
  { kind, name }: Resource,
  error: DeploymentError | undefined,
  users: readonly string[],
): DeploymentError => {
  const told = users.length > 0 ? `by ${users.join(", ")}` : error && engineFault(error)?.message;
  const words = error === undefined ? "tasks that use it are being shut down" : told;
  return new DeploymentError(
    "CONFLICT",
    `The ${kind} ${name} is in use: ${words ?? "the engine does not say by what"}.`,
    {
      hint:
        error === undefined ? "It goes as they end: try again." : "Remove what uses it first; it was left as it is.",
      cause: error?.cause,
    },
  );
};
