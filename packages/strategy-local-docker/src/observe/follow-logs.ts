import { DeploymentError, type LogEntry, type LogsOptions, throwIfAborted } from "@openfactory/deploy-core";
import { type DockerEngine, type LogPosition, type LogQuery, positionAfter } from "@openfactory/docker-engine";
import { lookUpFamily, mustBeThere } from "../containers/find.js";
import type { SeenMember } from "../containers/group.js";
import { isUnfinished, read } from "../containers/state.js";
import { onContainerEvents } from "../wait/watch-containers.js";

/** A container whose log is followed, or was. */
interface Followed {
  /** How far its log has been read. */
  position?: LogPosition;
  /** The run of the process that was read last, by its start. */
  startedAt: number;
  isOpen: boolean;
}

/**
 * The lines of a service as its processes write them, across restarts, updates, rollbacks and scalings, each line once.
 * `tail` and `since` apply to the containers that the service has at first. Ends when the service is removed, or when all
 * of its processes have ended and none is started again.
 * @throws DeploymentError `NOT_FOUND`, `UNSUPPORTED` (the logging driver can't be read), `ABORTED`, ...
 */
export async function* followLogs(
  engine: DockerEngine,
  service: string,
  { tail, since, signal }: LogsOptions,
): AsyncGenerator<LogEntry> {
  const began = await engineTime(engine, signal);
  const stopped = new AbortController();
  const logs = new FollowedLogs(engine, service, AbortSignal.any([stopped.signal, ...(signal ? [signal] : [])]));
  try {
    for (let isFirst = true; ; isFirst = false) {
      throwIfAborted(signal, { service });
      if (logs.mayHaveChanged) {
        const { members, goesOn } = await logs.look();
        if (isFirst) mustBeThere(engine, service, members);
        for (const member of members) logs.follow(member, isFirst ? { tail, since } : { since: began });
        if (!goesOn && logs.areRead) return;
      }
      yield* logs.arrived();
      await logs.untilWoken();
    }
  } finally {
    stopped.abort();
    logs.release();
  }
}

/** The logs of a service's containers, each followed from where it was read to, and the lines that have arrived. */
class FollowedLogs {
  readonly #engine: DockerEngine;
  readonly #service: string;
  readonly #signal: AbortSignal;
  readonly #followed = new Map<string, Followed>();
  readonly #lines = new Handover<LogEntry>();
  #failure: { error: unknown } | undefined;
  /** Whether something happened since the last look. */
  mayHaveChanged = true;

  constructor(engine: DockerEngine, service: string, signal: AbortSignal) {
    this.#engine = engine;
    this.#service = service;
    this.#signal = signal;
    onContainerEvents(engine, this.#changed, signal);
    signal.addEventListener("abort", this.#changed, { once: true });
  }

  readonly #changed = (): void => {
    this.mayHaveChanged = true;
    this.#lines.wake();
  };

  async look(): Promise<Present> {
    this.mayHaveChanged = false;
    return present(this.#engine, this.#service, this.#signal);
  }

  /** Reads on in a container's log, if it was not read or its process was started again since. */
  follow(member: SeenMember, query: LogQuery): void {
    const known = this.#followed.get(member.id);
    if (known?.isOpen || (known !== undefined && known.startedAt >= member.startedAt)) return;
    const state: Followed = { position: known?.position, startedAt: member.startedAt, isOpen: true };
    this.#followed.set(member.id, state);
    void this.#read(member, state, query);
  }

  /** Whether nothing is being read, and nothing has arrived or happened since the last look. */
  get areRead(): boolean {
    return !this.mayHaveChanged && this.#lines.isEmpty && ![...this.#followed.values()].some(({ isOpen }) => isOpen);
  }

  /** @throws whatever keeps a log from being read. */
  *arrived(): Generator<LogEntry> {
    yield* this.#lines.take();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async untilWoken(): Promise<void> {
    if (!this.mayHaveChanged) await this.#lines.untilWoken();
  }

  release(): void {
    this.#lines.release();
  }

  async #read({ id, base }: SeenMember, state: Followed, query: LogQuery): Promise<void> {
    const [service, instance] = [this.#service, base];
    try {
      const frames = this.#engine.containers.logs(id, {
        ...query,
        follow: true,
        after: state.position,
        signal: this.#signal,
      });
      for await (const { stream, timestamp, line } of frames) {
        state.position = positionAfter(state.position, { timestamp });
        await this.#lines.give({ service, instance, stream, timestamp, line });
      }
    } catch (error) {
      // It was removed before it could be read.
      if (!DeploymentError.isInstance(error, "NOT_FOUND")) this.#failure ??= { error };
    } finally {
      state.isOpen = false;
      this.#changed();
    }
  }
}

interface Present {
  members: readonly SeenMember[];
  /** Whether more of the service is to run. */
  goesOn: boolean;
}

async function present(engine: DockerEngine, service: string, signal: AbortSignal): Promise<Present> {
  const family = await lookUpFamily(engine, service, { signal });
  const { current } = read(family);
  return { members: current, goesOn: current.length > 0 && (isUnfinished(family) || current.some(mayRunAgain)) };
}

/** It runs, waits to be started again, or was stopped by hand and has a policy that keeps it running. */
const mayRunAgain = ({ active, idle, policyNow }: SeenMember): boolean =>
  active || idle || policyNow === "always" || policyNow === "unless-stopped";

/** The engine's own clock: what a container wrote before is no news. */
async function engineTime(engine: DockerEngine, signal?: AbortSignal): Promise<Date> {
  const { SystemTime } = await engine.info({ signal });
  return SystemTime === undefined ? new Date() : new Date(SystemTime);
}

interface Waiting<Item> {
  item: Item;
  taken: () => void;
}

/** Hands items of several producers to one consumer. A producer goes on when its item was taken, so that none runs ahead. */
export class Handover<Item> {
  readonly #waiting: Waiting<Item>[] = [];
  #woken = Promise.withResolvers<void>();

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Resolves when the item was taken. */
  give(item: Item): Promise<void> {
    return new Promise((taken) => {
      this.#waiting.push({ item, taken });
      this.wake();
    });
  }

  /** The items that wait now. Each counts as taken when the next one is asked for. */
  *take(): Generator<Item> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      yield next.item;
      next.taken();
    }
  }

  /** Has the consumer look, whether an item waits or not. */
  wake(): void {
    this.#woken.resolve();
  }

  /** Resolves when an item was given, or {@link wake} was called, since this was awaited last. */
  async untilWoken(): Promise<void> {
    await this.#woken.promise;
    this.#woken = Promise.withResolvers();
  }

  /** Lets all producers go on. */
  release(): void {
    for (const { taken } of this.#waiting.splice(0)) taken();
  }
}
