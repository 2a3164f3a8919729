import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Capabilities,
  type CapabilityName,
  checkSupport,
  DeploymentError,
  type DeploymentWarning,
  type DeployRequest,
  type ErrorCode,
  type OpenFactoryServiceDeploymentStrategy,
  parseRequest,
  readManifest,
  type RequestField,
  type StrategyManifest,
  supports,
  type Limitation,
} from "@openfactory/deploy-core";
import { expect, type TestContext } from "vitest";
import { eventually, expectError, PATIENCE_MS } from "./expectations.js";
import { type ContractPrograms, shellPrograms } from "./programs.js";
import type { ContractProbes, ContractTarget, ObservedSettings } from "./target.js";
import { freePort } from "./utilities.js";

/** The shared state of the cases: the target, names that are cleaned up, and requests that suit the strategy. */
export class Suite {
  readonly #target: () => ContractTarget;
  readonly #pollTimeoutMs: number;
  readonly #run = `ct${randomBytes(3).toString("hex")}`;
  readonly #names = new Set<string>();
  readonly #networks: string[] = [];
  #count = 0;

  constructor(target: () => ContractTarget, pollTimeoutMs = PATIENCE_MS) {
    this.#target = target;
    this.#pollTimeoutMs = pollTimeoutMs;
  }

  get target(): ContractTarget {
    return this.#target();
  }

  get strategy(): OpenFactoryServiceDeploymentStrategy {
    return this.target.strategy;
  }

  get manifest(): StrategyManifest {
    return readManifest(this.strategy.manifest);
  }

  get probes(): ContractProbes {
    return this.target.probes;
  }

  get programs(): ContractPrograms {
    return this.target.programs ?? shellPrograms;
  }

  /** An unused name. A service with that name is removed after the case. */
  name(prefix = "", suffix = ""): string {
    this.#count += 1;
    return this.owned(`${prefix}${this.#run}-${this.#count}${suffix}`);
  }

  /** Removes the service with that name after the case. */
  owned(name: string): string {
    this.#names.add(name);
    return name;
  }

  /** An unused name of a service for several cases, which {@link remove} removes. */
  sharedName(): string {
    const name = this.name();
    this.#names.delete(name);
    return name;
  }

  /** Removes the remaining services of the case. */
  async cleanup(): Promise<void> {
    const names = [...this.#names];
    this.#names.clear();
    await this.remove(names);
  }

  async remove(names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.target.cleanup(name)));
  }

  /** The names of all existing services of this suite, sorted. */
  async existing(): Promise<string[]> {
    return (await this.probes.names()).filter((name) => this.owns(name)).sort();
  }

  /** Whether the name is one of this suite. */
  owns(name: string): boolean {
    return name.includes(this.#run);
  }

  /** A request for a service that keeps running, with the fields of `part`. */
  request(part: Partial<DeployRequest> = {}): DeployRequest {
    const labels = { ...this.target.labels, ...part.labels };
    return {
      image: this.target.images.plain,
      ...(this.isSupported({ command: ["x"] }) && part.image === undefined ? { command: this.programs.run() } : {}),
      ...part,
      name: part.name ?? this.name(),
      ...(this.isSupported({ labels: { a: "b" } }) || part.labels ? { labels } : {}),
    };
  }

  /** As {@link request}, for a process that is not restarted when it exits. */
  once(part: Partial<DeployRequest>): DeployRequest {
    const restart = { Condition: "none" } as const;
    return this.request(this.isSupported({ restart }) ? { restart, ...part } : part);
  }

  /** The declaration of the manifest for a request: the warnings, and whether it is rejected even without strict mode. */
  declared(request: DeployRequest): { warnings: DeploymentWarning[]; refused: boolean } {
    const normalized = parseRequest(request);
    const tolerant = this.manifest.limitations.map(({ refuse: _, ...part }): Limitation => part);
    const warnings = checkSupport(normalized, { ...this.manifest, limitations: tolerant });
    try {
      checkSupport(normalized, this.manifest);
      return { warnings, refused: false };
    } catch (error) {
      if (!DeploymentError.isInstance(error, "UNSUPPORTED")) throw error;
      return { warnings, refused: true };
    }
  }

  /** Whether the strategy supports all of `part`. */
  isSupported(part: Partial<DeployRequest>): boolean {
    return this.declared({ image: "image", name: "name", ...part }).warnings.length === 0;
  }

  supportsField(field: RequestField): boolean {
    return this.manifest.supportedFields.includes(field);
  }

  /** Skips a case that requires something that the strategy does not support. */
  skipUnlessSupported(context: TestContext, part: Partial<DeployRequest>): void {
    const fields = this.declared({ image: "image", name: "name", ...part }).warnings.map(({ field }) => field);
    if (fields.length > 0) context.skip(`the strategy declares not to support ${fields.join(", ")}`);
  }

  /** The fields of `part` that the host of the engine can't apply, each with the reason. */
  #unavailable(part: Partial<DeployRequest>): string[] {
    return Object.entries(this.target.unavailable ?? {})
      .filter(([field]) => part[field as RequestField])
      .map(([, reason]) => reason);
  }

  isAvailable(part: Partial<DeployRequest>): boolean {
    return this.#unavailable(part).length === 0;
  }

  /** Skips a case with a field that the host of the engine can't apply. */
  skipIfUnavailable(context: TestContext, part: Partial<DeployRequest>): void {
    for (const reason of this.#unavailable(part)) context.skip(`not available here: ${reason}`);
  }

  /** The strategy with a capability. Skips a case if the capability is not declared. */
  with<Name extends CapabilityName>(
    context: TestContext,
    capability: Name,
  ): OpenFactoryServiceDeploymentStrategy & Capabilities[Name] {
    const { strategy } = this;
    if (!supports(strategy, capability)) return context.skip(`the strategy declares no ${capability}`);
    return strategy;
  }

  /** An optional probe. Skips a case if the target does not have it. */
  probe<Name extends "exec" | "stop" | "get" | "getAt">(
    context: TestContext,
    probe: Name,
  ): NonNullable<ContractProbes[Name]> {
    const found = this.probes[probe];
    if (found === undefined) return context.skip(`the target has no probe ${probe}`);
    return found.bind(this.probes) as NonNullable<ContractProbes[Name]>;
  }

  /** Names of `count` networks: the same ones for every case, since engines have address space for few. */
  async networks(count: number): Promise<string[]> {
    while (this.#networks.length < count) this.#networks.push(await this.target.network());
    return this.#networks.slice(0, count);
  }

  async freePort(): Promise<number> {
    return this.target.freePort ? this.target.freePort() : freePort();
  }

  /** Deploys, and waits until as many instances run as the request asks for. */
  async deployRunning(request: DeployRequest): Promise<DeployRequest> {
    const { mode } = request;
    const isReplicated = mode !== undefined && "Replicated" in mode && this.isSupported({ mode });
    await this.strategy.deploy(request);
    await this.untilRunning(request.name, isReplicated ? mode.Replicated.Replicas : 1);
    return request;
  }

  /** Polls until `isThere` holds. @throws Error with the last value. */
  eventually<Value>(what: string, look: () => Promise<Value>, isThere: (value: Value) => boolean): Promise<Value> {
    return eventually(what, look, isThere, this.#pollTimeoutMs);
  }

  /** Waits until that many instances run. */
  async untilRunning(name: string, count = 1): Promise<readonly string[]> {
    const instances = await this.eventually(
      `${count} running of ${name}`,
      () => this.probes.instances(name),
      (all) => all.filter(({ running }) => running).length === count,
    );
    return instances.filter(({ running }) => running).map(({ id }) => id);
  }

  /** The processes of the running instances, sorted. Skips a case if the target does not identify them. */
  async processes(context: TestContext, name: string, count = 1): Promise<readonly string[]> {
    await this.untilRunning(name, count);
    const running = (await this.probes.instances(name)).filter((instance) => instance.running);
    return running.map(({ process }) => process ?? context.skip("the probe instances identifies no processes")).sort();
  }

  /** The settings that the engine has. @throws Error if the service does not exist. */
  async settings(name: string): Promise<ObservedSettings> {
    const settings = await this.probes.settings(name);
    if (settings === undefined) throw new Error(`the engine has no service ${name}`);
    return settings;
  }

  /** Waits until an interrupted call can have had its effect on the engine. */
  async lateEffects(): Promise<void> {
    await delay(this.target.lateEffectsMs ?? 500);
  }

  /** Awaits an operation that must fail with a code, with an error that names this strategy. */
  fails(operation: Promise<unknown>, code: ErrorCode | readonly ErrorCode[], service?: string) {
    return expectError(operation, {
      code,
      strategy: this.manifest.name,
      ...(service === undefined ? {} : { service }),
    });
  }

  /** Awaits an operation that must fail and leave the engine's services unchanged. */
  async failsCleanly(operation: () => Promise<unknown>, code: ErrorCode | readonly ErrorCode[], service?: string) {
    const before = await this.existing();
    const error = await this.fails(operation(), code, service);
    expect(await this.existing(), "nothing is left behind").toEqual(before);
    return error;
  }
}
