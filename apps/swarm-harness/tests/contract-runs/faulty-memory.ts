import * as deployer from "@openfactory/deployer";
import {
  DeploymentError,
  type DeployOptions,
  type DeployRequest,
  type ListOptions,
  type OperationOptions,
  type UpdateOptions,
} from "@openfactory/deploy-core";
import type { ContractTargetModule } from "@openfactory/strategy-contract-tests";
import { memoryTarget } from "../../../../packages/strategy-memory/test/contract-target.js";
import type { MemoryOptions } from "../../../../packages/strategy-memory/src/options.js";
import { MemoryDeploymentStrategy } from "../../../../packages/strategy-memory/src/strategy.js";

/** Of {@link FaultyStrategy}. */
export type Fault =
  | "a failed deploy leaves its service"
  | "a failed update stops the service"
  | "a failed scaling has an error without a code"
  | "concurrent deploys fail, and reject a promise that nothing awaits"
  | "settings differ each time"
  | "a listing restarts services"
  | "a listing makes changing calls";

/** The strategy in memory with faults that show only if a call fails, or if an app is deployed twice. */
class FaultyStrategy extends MemoryDeploymentStrategy {
  readonly #faults: ReadonlySet<Fault>;
  #deploying = 0;

  constructor(options: MemoryOptions, faults: readonly Fault[]) {
    super(options);
    this.#faults = new Set(faults);
  }

  override async deploy(request: DeployRequest, options?: DeployOptions) {
    this.#deploying += 1;
    try {
      if (this.#deploying > 1) this.#failConcurrentDeploys();
      return await super.deploy(request, options);
    } catch (error) {
      if (this.#faults.has("a failed deploy leaves its service")) this.engine.put(request).instances = [];
      throw error;
    } finally {
      this.#deploying -= 1;
    }
  }

  #failConcurrentDeploys(): void {
    if (!this.#faults.has("concurrent deploys fail, and reject a promise that nothing awaits")) return;
    void Promise.reject(new Error("not awaited"));
    throw new DeploymentError("ENGINE_ERROR", "The engine is busy. TOKEN=s3cr3t", { strategy: "memory" });
  }

  override async update(request: DeployRequest, options?: UpdateOptions) {
    return super.update(request, options).catch((error: unknown) => {
      if (this.#faults.has("a failed update stops the service")) this.engine.stop(request.name);
      throw error;
    });
  }

  override async scale(name: string, replicas: number, options?: OperationOptions) {
    return super.scale(name, replicas, options).catch((error: unknown) => {
      throw this.#faults.has("a failed scaling has an error without a code") ? new Error("500") : error;
    });
  }

  override async settingsOf(request: DeployRequest, options?: OperationOptions) {
    const settings = await super.settingsOf(request, options);
    if (!this.#faults.has("settings differ each time")) return settings;
    return { ...settings, hostname: crypto.randomUUID() };
  }

  override async list(options?: ListOptions) {
    for (const service of this.engine.services.values()) {
      if (this.#faults.has("a listing restarts services")) this.engine.restart(service);
      if (this.#faults.has("a listing makes changing calls")) this.engine.startService(service);
    }
    return super.list(options);
  }
}

/** A module for `strategy-contract-tests run`. @param countsCalls whether the target counts and fails calls. */
export const faultyTarget = (faults: readonly Fault[], countsCalls: boolean): ContractTargetModule => ({
  name: "faulty",
  implementation: { name: "faulty", version: "1.0.0" },
  options: { deployer, pollTimeoutMs: 300 },
  factory: () => {
    const { calls, ...target } = memoryTarget({}, (options) => new FaultyStrategy(options, faults));
    return countsCalls && calls !== undefined ? { ...target, calls } : target;
  },
});
