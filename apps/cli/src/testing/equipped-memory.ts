import {
  type CanLock,
  type CanManageResources,
  type CanPreflight,
  DeploymentError,
  type ListResourcesOptions,
  type LockHolder,
  type PreflightProblem,
  type PreflightRequest,
  type Resource,
  type ResourceKind,
  type ResourceSpec,
  type StrategyManifest,
} from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy, type MemoryOptions } from "@openfactory/strategy-memory";

/** The strategy in memory with locks, resources and a preflight: all that a platform may have. */
export class EquippedMemoryStrategy extends MemoryDeploymentStrategy implements CanLock, CanManageResources, CanPreflight {
  override readonly manifest: StrategyManifest;
  readonly locks = new Map<string, LockHolder>();
  readonly resources = new Map<string, Resource & { content?: Uint8Array }>();
  readonly resourceKinds = ["network", "volume", "config", "secret"] as const;
  /** What the preflight finds. */
  problems: PreflightProblem[] = [];

  constructor(options: MemoryOptions = {}) {
    super({ honours: ["secrets", "configs", "mounts"], ...options });
    const { manifest } = new MemoryDeploymentStrategy({ honours: ["secrets", "configs", "mounts"], ...options });
    this.manifest = { ...manifest, capabilities: [...manifest.capabilities, "lock", "resources", "preflight"] };
  }

  async lock(name: string, holder: LockHolder): Promise<LockHolder | undefined> {
    const found = this.locks.get(name);
    if (found === undefined) this.locks.set(name, holder);
    return found;
  }

  async unlock(name: string, holderId: string): Promise<void> {
    if (this.locks.get(name)?.id === holderId) this.locks.delete(name);
  }

  async listResources({ labels = {}, kinds = this.resourceKinds }: ListResourcesOptions = {}): Promise<Resource[]> {
    return [...this.resources.values()]
      .filter((each) => kinds.includes(each.kind) && Object.entries(labels).every(([key, value]) => each.labels[key] === value))
      .map(({ content: _, ...resource }) => resource);
  }

  async createResource(spec: ResourceSpec): Promise<Resource> {
    const { kind, name, labels } = spec;
    const resource = { kind, name, id: name, labels };
    this.resources.set(`${kind} ${name}`, { ...resource, ...("content" in spec && { content: spec.content }) });
    return resource;
  }

  async removeResource(kind: ResourceKind, name: string): Promise<void> {
    if (this.resources.delete(`${kind} ${name}`)) return;
    throw new DeploymentError("NOT_FOUND", `There is no ${kind} ${name}.`);
  }

  async preflight(_requests: readonly PreflightRequest[]): Promise<PreflightProblem[]> {
    return this.problems;
  }
}
