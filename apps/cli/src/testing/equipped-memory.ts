import type { CanLock, CanPreflight, LockHolder, PreflightProblem, PreflightRequest, StrategyManifest } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy, type MemoryOptions } from "@openfactory/strategy-memory";

/** The strategy in memory with locks and a preflight, too: all that a platform may have. */
export class EquippedMemoryStrategy extends MemoryDeploymentStrategy implements CanLock, CanPreflight {
  override readonly manifest: StrategyManifest;
  readonly locks = new Map<string, LockHolder>();
  /** What the preflight finds. */
  problems: PreflightProblem[] = [];

  constructor(options: MemoryOptions = {}) {
    const whole = { honours: ["secrets", "configs", "mounts"], ...options } satisfies MemoryOptions;
    super(whole);
    const { manifest } = new MemoryDeploymentStrategy(whole);
    this.manifest = { ...manifest, capabilities: [...manifest.capabilities, "lock", "preflight"] };
  }

  async lock(name: string, holder: LockHolder): Promise<LockHolder | undefined> {
    const found = this.locks.get(name);
    if (found === undefined) this.locks.set(name, holder);
    return found;
  }

  async unlock(name: string, holderId: string): Promise<void> {
    if (this.locks.get(name)?.id === holderId) this.locks.delete(name);
  }

  async preflight(_requests: readonly PreflightRequest[]): Promise<PreflightProblem[]> {
    return this.problems;
  }
}
