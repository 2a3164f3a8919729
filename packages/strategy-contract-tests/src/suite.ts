import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Capabilities,
  type CapabilityName,
  checkHonoured,
  DeploymentError,
  type DeploymentWarning,
  type DeployRequest,
  type ErrorCode,
  type OpenFactoryServiceDeploymentStrategy,
  parseRequest,
  type RequestField,
  type StrategyManifest,
  supports,
  type UnhonouredPart,
} from "@openfactory/deploy-core";
import { expect, type TestContext } from "vitest";
import { eventually, expectError, PATIENCE_MS } from "./expectations.js";
import { type ContractPrograms, shellPrograms } from "./programs.js";
import type { ContractProbes, ContractTarget, ObservedSettings } from "./target.js";
import { freePort } from "./utilities.js";

/** What the cases share: the target, names that are cleaned up, and requests that suit the strategy. */
export class Suite {
  readonly #target: () => ContractTarget;
  readonly #patienceMs: number;
  readonly #run = `ct${randomBytes(3).toString("hex")}`;
  readonly #names = new Set<string>();
  readonly #networks: string[] = [];
  #count = 0;

  constructor(target: () => ContractTarget, patienceMs = PATIENCE_MS) {
    this.#target = target;
    this.#patienceMs = patienceMs;
  }

  get target(): ContractTarget {
    return this.#target();
  }

  get strategy(): OpenFactoryServiceDeploymentStrategy {
    return this.target.strategy;
  }

  get manifest(): StrategyManifest {
    return this.strategy.manifest;
  }

  get probes(): ContractProbes {
    return this.target.probes;
  }

  get programs(): ContractPrograms {
    return this.target.programs ?? shellPrograms;
  }

  /** A name that nothing has; what comes to bear it is removed after the case. */
  name(prefix = "", suffix = ""): string {
    this.#count += 1;
    return this.owned(`${prefix}${this.#run}-${this.#count}${suffix}`);
  }

  /** Has whatever bears that name removed after the case. */
  owned(name: string): string {
    this.#names.add(name);
    return name;
  }

  /** Removes what the case has left there. */
  async cleanup(): Promise<void> {
    const names = [...this.#names];
    this.#names.clear();
    await Promise.all(names.map((name) => this.target.cleanup(name)));
  }

  /** The names of all that this suite has made and that is there, sorted. */
  async existing(): Promise<string[]> {
    return (await this.probes.names()).filter((name) => this.owns(name)).sort();
  }

  /** Whether it is a name of this suite's. */
  owns(name: string): boolean {
    return name.includes(this.#run);
  }

  /** A request for a service that runs on, with what `part` says. */
  request(part: Partial<DeployRequest> = {}): DeployRequest {
    const labels = { ...this.target.labels, ...part.labels };
    return {
      image: this.target.images.plain,
      ...(this.honours({ command: ["x"] }) && part.image === undefined ? { command: this.programs.run() } : {}),
      ...part,
      name: part.name ?? this.name(),
      ...(this.honours({ labels: { a: "b" } }) || part.labels ? { labels } : {}),
    };
  }

  /** As {@link request}, for a process that is not started again when it ends. */
  once(part: Partial<DeployRequest>): DeployRequest {
    const restart = { Condition: "none" } as const;
    return this.request(this.honours({ restart }) ? { restart, ...part } : part);
  }

  /** What the manifest says of a request: the warnings, and whether it is refused even without strict mode. */
  declared(request: DeployRequest): { warnings: DeploymentWarning[]; refused: boolean } {
    const normalized = parseRequest(request);
    const tolerant = this.manifest.unhonoured.map(({ refuse: _, ...part }): UnhonouredPart => part);
    const warnings = checkHonoured(normalized, { ...this.manifest, unhonoured: tolerant });
    try {
      checkHonoured(normalized, this.manifest);
      return { warnings, refused: false };
    } catch (error) {
      if (!DeploymentError.isInstance(error, "UNSUPPORTED")) throw error;
      return { warnings, refused: true };
    }
  }

  /** Whether the strategy honours all of this. */
  honours(part: Partial<DeployRequest>): boolean {
    return this.declared({ image: "image", name: "name", ...part }).warnings.length === 0;
  }

  honoursField(field: RequestField): boolean {
    return this.manifest.honours.includes(field);
  }

  /** Skips a case that needs what the strategy does not honour. */
  needs(context: TestContext, part: Partial<DeployRequest>): void {
    const fields = this.declared({ image: "image", name: "name", ...part }).warnings.map(({ field }) => field);
    if (fields.length > 0) context.skip(`the strategy declares not to honour ${fields.join(", ")}`);
  }

  /** The strategy with a capability; skips a case that needs one which is not declared. */
  with<Name extends CapabilityName>(
    context: TestContext,
    capability: Name,
  ): OpenFactoryServiceDeploymentStrategy & Capabilities[Name] {
    const { strategy } = this;
    if (!supports(strategy, capability)) return context.skip(`the strategy declares no ${capability}`);
    return strategy;
  }

  /** An optional probe; skips a case that needs one which the target lacks. */
  probe<Name extends "exec" | "stop" | "get" | "getAt">(
    context: TestContext,
    probe: Name,
  ): NonNullable<ContractProbes[Name]> {
    const found = this.probes[probe];
    if (found === undefined) return context.skip(`the target has no probe ${probe}`);
    return found.bind(this.probes) as NonNullable<ContractProbes[Name]>;
  }

  /** Names of that many networks; the same ones for every case, since engines have room for few. */
  async networks(count: number): Promise<string[]> {
    while (this.#networks.length < count) this.#networks.push(await this.target.network());
    return this.#networks.slice(0, count);
  }

  async freePort(): Promise<number> {
    return this.target.freePort ? this.target.freePort() : freePort();
  }

  /** Deploys, and waits until as many instances run as the request asks for. */
  async running(request: DeployRequest): Promise<DeployRequest> {
    const { mode } = request;
    const isReplicated = mode !== undefined && "Replicated" in mode && this.honours({ mode });
    await this.strategy.deploy(request);
    await this.untilRunning(request.name, isReplicated ? mode.Replicated.Replicas : 1);
    return request;
  }

  /** Looks until what it sees is as it should be. @throws Error with what was seen last. */
  eventually<Value>(what: string, look: () => Promise<Value>, isThere: (value: Value) => boolean): Promise<Value> {
    return eventually(what, look, isThere, this.#patienceMs);
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

  /** The settings that the engine has; the service must be there. */
  async settings(name: string): Promise<ObservedSettings> {
    const settings = await this.probes.settings(name);
    if (settings === undefined) throw new Error(`the engine has no service ${name}`);
    return settings;
  }

  /** Gives a call that was cut off the time to show what it did on the engine. */
  async lateEffects(): Promise<void> {
    await delay(this.target.lateEffectsMs ?? 500);
  }

  /** Awaits an operation that must fail with that code, and name this strategy. */
  fails(operation: Promise<unknown>, code: ErrorCode | readonly ErrorCode[], service?: string) {
    return expectError(operation, {
      code,
      strategy: this.manifest.name,
      ...(service === undefined ? {} : { service }),
    });
  }

  /** Awaits an operation that must fail, and leave the engine's services as they were. */
  async failsCleanly(operation: () => Promise<unknown>, code: ErrorCode | readonly ErrorCode[], service?: string) {
    const before = await this.existing();
    const error = await this.fails(operation(), code, service);
    expect(await this.existing(), "nothing is left behind").toEqual(before);
    return error;
  }
}
