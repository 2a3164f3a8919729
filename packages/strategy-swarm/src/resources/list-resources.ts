import {
  type ListResourcesOptions,
  type OperationOptions,
  type Resource,
  type ResourceKind,
} from "@openfactory/deploy-core";
import type {
  CallOptions,
  DockerEngine,
  Filters,
  NamedResource,
  NetworkDetails,
  VolumeDetails,
} from "@openfactory/docker-engine";
import { LOCK_LABEL } from "../lock.js";
import { checkKind, swarmResourceKinds } from "./kinds.js";

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
  const lists = await Promise.all([...new Set(kinds)].map((kind) => LISTS[kind](engine, filters, { signal })));
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
export async function findResource(
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
