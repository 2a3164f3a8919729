import { AsyncLocalStorage } from "node:async_hooks";
import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import type {
  CanLock,
  LockHolder,
  OpenFactoryServiceDeploymentStrategy,
  ServiceStatus,
} from "@openfactory/deploy-core";
import { changeProcesses } from "@openfactory/deployer";
import type { DockerEngine } from "@openfactory/docker-engine";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { Actor, World } from "./explore.js";
import { type Deliver, ModelEngine } from "./model-engine.js";

const { randomUUID } = crypto;
const actor = new AsyncLocalStorage<{ number: number; uuids: number }>();
const nextUuid = (): string => {
  const store = actor.getStore();
  if (store === undefined) return randomUUID();
  store.uuids += 1;
  return `0000000${store.number}-0000-4000-8000-${String(store.uuids).padStart(12, "0")}`;
};
/** Times and ids are the same in every schedule, so that equal states are recognized. */
export function useFixedIdsAndTimes(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-01-01T00:00:00Z") });
    crypto.randomUUID = nextUuid as typeof randomUUID;
    syncBuiltinESMExports();
  });
  afterEach(() => {
    vi.useRealTimers();
    crypto.randomUUID = randomUUID;
    syncBuiltinESMExports();
  });
}

type Strategy = OpenFactoryServiceDeploymentStrategy & CanLock;
type CreateStrategy = (engine: DockerEngine) => Strategy;

const SERVICE = { name: "web", labels: { "org.openfactory.deploy.project": "factory" }, instances: [] };

/** A process of this machine that is gone: no process has such an id. */
export async function goneHolder(): Promise<LockHolder> {
  let holder: LockHolder | undefined;
  await new Factory((engine) => new LocalDockerDeploymentStrategy(engine)).runAlone((own) => (holder = own));
  if (holder === undefined) throw new Error("The run acquired no lock.");
  return {
    id: holder.id.replace(`/${process.pid}/`, "/99999999/"),
    owner: "gone@bench (ofdeploy up, pid 99999999)",
    since: holder.since,
  };
}

/** The step of a killed process that holds the lock. */
export const WHILE_HELD = "work";

/** The runs of one schedule on one engine, and which of them hold the lock. */
export class Factory implements World {
  readonly engine = new ModelEngine();
  readonly actors: Actor[] = [];
  /** Holders whose run changes services at the moment. */
  readonly #inside = new Set<string>();
  /** Holders whose lock another run released. */
  readonly #overruled = new Set<string>();
  readonly #results: string[] = [];
  readonly #violations: string[] = [];

  constructor(
    readonly create: CreateStrategy,
    readonly found: Set<string> = new Set(),
  ) {}

  /**
   * Adds a run of this machine, through the deployer.
   * @param options.atomicRelease take the calls that release the lock as one step, which saves most schedules.
   */
  run(name: string, { forceUnlock = false, atomicRelease = false } = {}): this {
    this.#add(name, async (deliver) => {
      const desired = { project: "factory", apps: [] } as never;
      const report = changeProcesses(this.#strategy(deliver, atomicRelease), desired, "restart", {
        forceUnlock,
        wait: false,
      });
      const result = await report.then(
        ({ outcome }) => outcome,
        (error: { code?: string; message: string }) => error.code ?? error.message,
      );
      this.#results.push(`${name} ${result}`);
    });
    return this;
  }

  /**
   * Adds a process that other runs see as gone, although its last call may still be under way.
   * @param crashAt as in {@link Actor}.
   */
  killed(holder: LockHolder, crashAt?: number | string): this {
    this.#add(
      "gone",
      async (deliver) => {
        const strategy = this.create(this.engine.client(deliver));
        if ((await strategy.lock("factory", holder)) !== undefined) return;
        await deliver(WHILE_HELD, () => undefined);
        await strategy.unlock("factory", holder.id);
      },
      crashAt,
    );
    return this;
  }

  /** Runs one process to its end. */
  async runAlone(onLock: (holder: LockHolder) => void): Promise<void> {
    const deliver: Deliver = async (_, apply) => apply();
    const desired = { project: "factory", apps: [] } as never;
    const observer = (event: { type: string; lock?: { holder: LockHolder } }): void => {
      if (event.type === "lock" && event.lock) onLock(event.lock.holder);
    };
    await changeProcesses(this.#strategy(deliver), desired, "restart", { wait: false, observer });
  }

  state(): string {
    return JSON.stringify([
      this.engine.state(),
      [...this.#inside],
      [...this.#overruled],
      this.#results,
      this.#violations,
    ]);
  }

  /** After a takeover, both runs may fail: a run that sees another one's claim withdraws rather than risk a second holder. */
  atEnd({ faults, schedule }: { faults: number; schedule: readonly string[] }): void {
    const text = `${this.#results.join(", ")}\n${schedule.join("\n")}`;
    for (const result of this.#results) this.found.add(result.replace(/^\S+ /, ""));
    expect(this.#violations, text).toEqual([]);
    if (faults > 0) return;
    if (this.#overruled.size === 0) expect(this.#results.join(), text).toContain(" ok");
    expect(this.engine.objects(), text).toEqual([]);
  }

  #add(name: string, run: Actor["run"], crashAt?: number | string): void {
    const number = this.actors.length;
    this.actors.push({
      name,
      ...(crashAt !== undefined && { crashAt }),
      run: (deliver) => actor.run({ number, uuids: 0 }, () => run(deliver)),
    });
  }

  /** The strategy under test, whose `restart` is the critical section. */
  #strategy(deliver: Deliver, atomicRelease = false): Strategy {
    let isReleasing = false;
    const strategy = this.create(
      this.engine.client(async (call, apply) => (isReleasing ? apply() : deliver(call, apply))),
    );
    let own = "";
    const overrides: Record<string, unknown> = {
      list: async (): Promise<ServiceStatus[]> => [SERVICE as unknown as ServiceStatus],
      lock: (name: string, holder: LockHolder, options: object) => {
        own = holder.id;
        return strategy.lock(name, holder, options);
      },
      unlock: (name: string, id: string, options: object) => {
        if (id !== own) this.#overruled.add(id);
        else isReleasing = atomicRelease;
        return strategy.unlock(name, id, options);
      },
      restart: async () => {
        const others = [...this.#inside].filter((id) => !this.#overruled.has(id));
        if (others.length > 0) this.#violations.push(`${own} and ${others.join()} hold the lock`);
        this.#inside.add(own);
        await deliver("restart", () => undefined).finally(() => this.#inside.delete(own));
        return { changed: true, warnings: [] };
      },
    };
    return new Proxy(strategy, {
      get: (target, property) => {
        const member: unknown = overrides[String(property)] ?? Reflect.get(target, property, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  }
}

export const platforms: ["docker" | "swarm", CreateStrategy][] = [
  ["docker", (engine) => new LocalDockerDeploymentStrategy(engine)],
  ["swarm", (engine) => new SwarmDeploymentStrategy(engine)],
];
