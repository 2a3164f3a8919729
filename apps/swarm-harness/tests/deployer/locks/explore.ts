import { setImmediate as settled } from "node:timers/promises";
import { DeploymentError } from "@openfactory/deploy-core";
import type { Deliver } from "./model-engine.js";

/** A process of a schedule. Its calls take effect one at a time, in an order that the explorer chooses. */
export interface Actor {
  readonly name: string;
  /**
   * Crashes at its call with this number, from 0, or with this name, before any other actor starts. Default: it is an actor
   * like the others.
   */
  readonly crashAt?: number | string;
  run(deliver: Deliver): Promise<unknown>;
}

/** A fresh set of actors on a fresh engine. */
export interface World {
  readonly actors: readonly Actor[];
  /** Equal for equal states of the engine and of everything else that the actors share. */
  state(): string;
  /** Called at the end of each schedule. */
  atEnd(end: { readonly faults: number; readonly schedule: readonly string[] }): void;
}

interface Pending {
  readonly actor: number;
  readonly call: string;
  apply(): unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * What may happen to a call besides an answer:
 * - `crash`: its process ends. The call may still take effect, at any later time.
 * - `timeout`: its process gets a `TIMEOUT` now. The call may still take effect, at any later time.
 */
type Fault = "crash" | "timeout";

interface Options {
  /** Kinds of faults, and how many of them one schedule has at most. Default: none. */
  faults?: readonly Fault[];
  maxFaults?: number;
  /** Names of actors that faults may hit. Default: all. */
  victims?: readonly string[];
}

/**
 * Runs the actors in every order of their calls, with every fault at every call. Two prefixes of schedules with the same state
 * (of the engine, of each actor, and of calls under way) continue in the same way, so that only the first one is continued.
 * @returns the number of schedules that were run to their end.
 */
export async function explore(create: () => World, options: Options = {}): Promise<number> {
  const visited = new Set<string>();
  const open: number[][] = [[]];
  let schedules = 0;
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    const run = new Run(create(), options);
    await run.start();
    const path: number[] = [];
    let isKnown = false;
    for (let choices = run.choices(); choices.length > 0; choices = run.choices()) {
      const fixed = prefix[path.length];
      if (fixed === undefined) {
        const key = run.key();
        isKnown = visited.has(key);
        if (isKnown) break;
        visited.add(key);
        for (let other = 1; other < choices.length; other += 1) open.push([...path, other]);
      }
      path.push(fixed ?? 0);
      await choices[fixed ?? 0]?.();
    }
    if (isKnown) continue;
    schedules += 1;
    run.world.atEnd({ faults: run.faults, schedule: run.schedule });
  }
  return schedules;
}

/** A read has no effect, so that it makes no difference whether it comes late. */
const isRead = ({ call }: Pending): boolean => /^\S+ (list|inspect)/.test(call);

class Run {
  readonly schedule: string[] = [];
  faults = 0;
  readonly #pending: Pending[] = [];
  /** Calls whose process no longer waits for them. */
  readonly #late: Pending[] = [];
  readonly #history: string[][];
  readonly #crashed = new Set<number>();

  constructor(
    readonly world: World,
    readonly options: Options,
  ) {
    this.#history = world.actors.map(() => []);
  }

  async start(): Promise<void> {
    for (const [actor, { run, crashAt }] of this.world.actors.entries()) {
      const deliver: Deliver = (call, apply) =>
        new Promise<never>((resolve, reject) =>
          this.#pending.push({ actor, call, apply, resolve: resolve as (result: unknown) => void, reject }),
        );
      void run(deliver).catch(() => {});
      if (crashAt !== undefined) await this.#runUntilCrash(crashAt);
    }
    await settled();
  }

  async #runUntilCrash(crashAt: number | string): Promise<void> {
    for (let call = 0; ; call += 1) {
      await settled();
      const [pending] = this.#pending;
      if (pending === undefined) return;
      if (call === crashAt || pending.call === crashAt) return this.#fail(pending, "crash");
      await this.#answer(pending);
    }
  }

  /** The steps that can come next. Empty: all processes have ended. */
  choices(): (() => Promise<void>)[] {
    const { faults: kinds = [], maxFaults = 0, victims } = this.options;
    const canFail = ({ actor }: Pending): boolean =>
      this.faults < maxFaults && (victims?.includes(this.#name(actor)) ?? true);
    if (this.#pending.length === 0) return [];
    return [
      ...this.#pending.map((pending) => () => this.#answer(pending)),
      ...this.#late.map((pending) => () => this.#deliverLate(pending)),
      ...this.#pending.filter(canFail).flatMap((pending) => kinds.map((kind) => () => this.#fail(pending, kind))),
    ];
  }

  key(): string {
    const calls = (list: readonly Pending[]): string[] => list.map(({ actor, call }) => `${actor} ${call}`).sort();
    return JSON.stringify([
      this.world.state(),
      this.#history,
      calls(this.#pending),
      calls(this.#late),
      [...this.#crashed].sort(),
      this.faults,
    ]);
  }

  async #answer(pending: Pending): Promise<void> {
    this.#take(this.#pending, pending);
    this.#note(pending, "");
    try {
      const result = pending.apply();
      this.#history[pending.actor]?.push(`${pending.call} ${JSON.stringify(result)}`);
      pending.resolve(structuredClone(result));
    } catch (error) {
      this.#history[pending.actor]?.push(`${pending.call} ${String(error)}`);
      pending.reject(error);
    }
    await settled();
  }

  async #deliverLate(pending: Pending): Promise<void> {
    this.#take(this.#late, pending);
    this.#note(pending, " (late)");
    try {
      pending.apply();
    } catch {
      // No process waits for the answer.
    }
  }

  async #fail(pending: Pending, fault: Fault): Promise<void> {
    this.faults += 1;
    this.#note(pending, ` (${fault})`);
    const given = fault === "crash" ? this.#pending.filter(({ actor }) => actor === pending.actor) : [pending];
    for (const call of given) {
      this.#take(this.#pending, call);
      if (!isRead(call)) this.#late.push(call);
    }
    if (fault === "crash") {
      this.#crashed.add(pending.actor);
      return;
    }
    this.#history[pending.actor]?.push(`${pending.call} timeout`);
    pending.reject(new DeploymentError("TIMEOUT", "No answer.", { hint: "None." }));
    await settled();
  }

  #take(list: Pending[], pending: Pending): void {
    list.splice(list.indexOf(pending), 1);
  }

  #note({ actor, call }: Pending, suffix: string): void {
    this.schedule.push(`${this.#name(actor)}: ${call}${suffix}`);
  }

  #name(actor: number): string {
    return this.world.actors[actor]?.name ?? "";
  }
}
