import type { PreflightProblem, PreflightRequest, StrategyManifest } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy, type MemoryOptions } from "@openfactory/strategy-memory";

/** The strategy in memory with a preflight that finds what a test says, and with secrets, configs and mounts. */
export class EquippedMemoryStrategy extends MemoryDeploymentStrategy {
  override readonly manifest: StrategyManifest;
  /** What the preflight finds. */
  problems: PreflightProblem[] = [];

  constructor(options: MemoryOptions = {}) {
    const whole = { honours: ["secrets", "configs", "mounts"], ...options } satisfies MemoryOptions;
    super(whole);
    const { manifest } = new MemoryDeploymentStrategy(whole);
    this.manifest = { ...manifest, capabilities: [...manifest.capabilities, "preflight"] };
  }

  override async preflight(_requests: readonly PreflightRequest[]): Promise<PreflightProblem[]> {
    return this.problems;
  }
}
