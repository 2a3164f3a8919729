import {
  DeploymentError,
  type ListResourcesOptions,
  type NormalizedRequest,
  type Resource,
  RESOURCE_KINDS,
  type ResourceKind,
  type ResourceSpec,
} from "@openfactory/deploy-core";
import { newId } from "./service.js";

/** A resource with the data that no operation returns. */
export interface MemoryResource extends Resource {
  /** Content of a config or secret. */
  readonly content?: Uint8Array;
  /** Driver options of a network or volume. */
  readonly driverOptions?: Readonly<Record<string, string>>;
}

/** The networks, volumes, configs and secrets of the engine in memory. */
export class MemoryResources {
  readonly #all = new Map<string, MemoryResource>();

  get(kind: ResourceKind, name: string): MemoryResource | undefined {
    return this.#all.get(`${kind} ${name}`);
  }

  /** All resources of a name: several networks can have the same name. */
  named(kind: ResourceKind, name: string): MemoryResource[] {
    return [...this.#all.values()].filter((resource) => resource.kind === kind && resource.name === name);
  }

  /** The ids of all resources, each as `kind name`, sorted. */
  keys(): string[] {
    return [...this.#all.keys()].sort();
  }

  /** Adds a resource without any check. @param key default `kind name`; another key adds a second resource of a name. */
  put(resource: MemoryResource, key = `${resource.kind} ${resource.name}`): void {
    this.#all.set(key, resource);
  }

  list({ kinds = RESOURCE_KINDS, labels = {}, foreign = false }: ListResourcesOptions): Resource[] {
    return [...this.#all]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { content: _, driverOptions: __, ...resource }]) => structuredClone(resource))
      .filter(({ kind, orchestrator }) => kinds.includes(kind) && (foreign || orchestrator === undefined))
      .filter((resource) => Object.entries(labels).every(([key, value]) => resource.labels[key] === value));
  }

  /** @throws DeploymentError `ALREADY_EXISTS`, `INVALID_REQUEST`, `UNSUPPORTED`. */
  create(spec: ResourceSpec): Resource {
    const { kind, name, labels } = spec;
    checkKind(kind);
    if (!/^[a-zA-Z0-9][\w.-]*$/.test(name)) {
      throw new DeploymentError("INVALID_REQUEST", `Invalid name ${JSON.stringify(name)} of a ${kind}.`, {
        field: "name",
        hint: "Use letters, digits, _, . and -, starting with a letter or digit.",
      });
    }
    if (this.get(kind, name) !== undefined) {
      throw new DeploymentError("ALREADY_EXISTS", `A ${kind} named ${name} already exists.`, {
        field: "name",
        hint: `Choose another name, or remove the existing ${kind} first.`,
      });
    }
    const resource: Resource = { kind, name, id: newId(), labels: { ...labels } };
    const hidden =
      "content" in spec ? { content: Uint8Array.from(spec.content) } : { driverOptions: { ...spec.driverOptions } };
    this.#all.set(`${kind} ${name}`, { ...resource, ...hidden });
    return structuredClone(resource);
  }

  /** @throws DeploymentError `NOT_FOUND`, `UNSUPPORTED`. */
  require(kind: ResourceKind, name: string): Resource {
    checkKind(kind);
    const found = this.get(kind, name);
    if (found !== undefined) return found;
    throw new DeploymentError("NOT_FOUND", `There is no ${kind} ${JSON.stringify(name)}.`, {
      hint: "Names must match exactly.",
    });
  }

  remove(kind: ResourceKind, name: string): void {
    this.#all.delete(`${kind} ${name}`);
  }
}

function checkKind(kind: ResourceKind): void {
  if (RESOURCE_KINDS.includes(kind)) return;
  throw new DeploymentError("UNSUPPORTED", `Unknown kind of resource ${JSON.stringify(kind)}.`, {
    hint: `Known kinds: ${RESOURCE_KINDS.join(", ")}.`,
  });
}

/** The names of the resources of a kind that a service uses. */
export function usedBy(
  { networks = [], mounts = [], configs = [], secrets = [] }: NormalizedRequest,
  kind: ResourceKind,
): string[] {
  switch (kind) {
    case "network":
      return networks;
    case "volume":
      return mounts.flatMap(({ Type, Source }) => (Type === "volume" && Source ? [Source] : []));
    case "config":
      return configs.map(({ name }) => name);
    case "secret":
      return secrets.map(({ name }) => name);
  }
}
