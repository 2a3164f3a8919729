import { DeploymentError, type LogEntry, type LogsOptions, throwIfAborted } from "@openfactory/deploy-core";
import { type DockerEngine, type LogPosition, type LogQuery, positionAfter } from "@openfactory/docker-engine";
import { assertFound, findServiceContainers } from "../containers/find.js";
import type { InspectedContainer } from "../containers/group.js";
import { isUnfinished, resolveState } from "../containers/state.js";
import { onContainerChange } from "../wait/watch-containers.js";

/** The log of one container. */
interface FollowedLog {
  /** How far the log has been read. */
  position?: LogPosition;
  /** The start of the process whose lines were read last. */
  startedAt: number;
  isOpen: boolean;
}

/**
 * The log lines of a service as its processes write them, across restarts, updates, rollbacks and scaling, each line once.
 * `tail` and `since` apply to the containers that the service has at first. Ends when the service is removed, or when all of
 * its processes have ended and none will be restarted.
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
        const { containers, continues } = await logs.observe();
        if (isFirst) assertFound(engine, service, containers);
        for (const container of containers) logs.follow(container, isFirst ? { tail, since } : { since: began });
        if (!continues && logs.areRead) return;
      }
      yield* logs.arrived();
      await logs.untilNotified();
    }
  } finally {
    stopped.abort();
    logs.release();
  }
}

/** The logs of a service's containers, each followed from its last position, and the lines that have arrived. */
class FollowedLogs {
  readonly #engine: DockerEngine;
  readonly #service: string;
  readonly #signal: AbortSignal;
  readonly #followed = new Map<string, FollowedLog>();
  readonly #lines = new Channel<LogEntry>();
  #failure: { error: unknown } | undefined;
  /** Whether a container has changed since the last {@link observe}. */
  mayHaveChanged = true;

  constructor(engine: DockerEngine, service: string, signal: AbortSignal) {
    this.#engine = engine;
    this.#service = service;
    this.#signal = signal;
    onContainerChange(engine, this.#changed, signal);
    signal.addEventListener("abort", this.#changed, { once: true });
  }

  readonly #changed = (): void => {
    this.mayHaveChanged = true;
    this.#lines.notify();
  };

  async observe(): Promise<ObservedContainers> {
    this.mayHaveChanged = false;
    return observeContainers(this.#engine, this.#service, this.#signal);
  }

  /** Reads a container's log from its last position, if it is new or its process was restarted since. */
  follow(container: InspectedContainer, query: LogQuery): void {
    const known = this.#followed.get(container.id);
    if (known?.isOpen || (known !== undefined && known.startedAt >= container.startedAt)) return;
    const log: FollowedLog = { position: known?.position, startedAt: container.startedAt, isOpen: true };
    this.#followed.set(container.id, log);
    void this.#read(container, log, query);
  }

  /** Whether all logs are closed, all lines were taken, and nothing has changed since the last {@link observe}. */
  get areRead(): boolean {
    return !this.mayHaveChanged && this.#lines.isEmpty && ![...this.#followed.values()].some(({ isOpen }) => isOpen);
  }

  /** @throws the first error of a log. */
  *arrived(): Generator<LogEntry> {
    yield* this.#lines.receive();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async untilNotified(): Promise<void> {
    if (!this.mayHaveChanged) await this.#lines.untilNotified();
  }

  release(): void {
    this.#lines.release();
  }

  async #read({ id, base }: InspectedContainer, log: FollowedLog, query: LogQuery): Promise<void> {
    const [service, instance] = [this.#service, base];
    try {
      const lines = this.#engine.containers.logs(id, {
        ...query,
        follow: true,
        after: log.position,
        signal: this.#signal,
      });
      for await (const { stream, timestamp, line } of lines) {
        log.position = positionAfter(log.position, { timestamp });
        await this.#lines.send({ service, instance, stream, timestamp, line });
      }
    } catch (error) {
      // A container may be removed before its log is read.
      if (!DeploymentError.isInstance(error, "NOT_FOUND")) this.#failure ??= { error };
    } finally {
      log.isOpen = false;
      this.#changed();
    }
  }
}

interface ObservedContainers {
  containers: readonly InspectedContainer[];
  /** Whether more processes of the service will run. */
  continues: boolean;
}

async function observeContainers(
  engine: DockerEngine,
  service: string,
  signal: AbortSignal,
): Promise<ObservedContainers> {
  const group = await findServiceContainers(engine, service, { signal });
  const { current } = resolveState(group);
  const continues = current.length > 0 && (isUnfinished(group) || current.some(mayRunAgain));
  return { containers: current, continues };
}

/** The container runs, waits for its restart, or was stopped manually and has a policy that keeps it running. */
const mayRunAgain = ({ active, placeholder, currentPolicy }: InspectedContainer): boolean =>
  active || placeholder || currentPolicy === "always" || currentPolicy === "unless-stopped";

/** The engine's clock, which its log timestamps use. */
async function engineTime(engine: DockerEngine, signal?: AbortSignal): Promise<Date> {
  const { SystemTime } = await engine.info({ signal });
  return SystemTime === undefined ? new Date() : new Date(SystemTime);
}

interface SentItem<Item> {
  item: Item;
  taken: () => void;
}

/** An unbuffered channel from several producers to one consumer: a producer continues once its item was taken. */
export class Channel<Item> {
  readonly #sent: SentItem<Item>[] = [];
  #notified = Promise.withResolvers<void>();
  #isReleased = false;

  get isEmpty(): boolean {
    return this.#sent.length === 0;
  }

  /** Resolves when the item was taken; at once after {@link release}. */
  send(item: Item): Promise<void> {
    return new Promise((taken) => {
      if (this.#isReleased) return taken();
      this.#sent.push({ item, taken });
      this.notify();
    });
  }

  /** The items that were sent so far. Each counts as taken when the next one is requested. */
  *receive(): Generator<Item> {
    for (let next = this.#sent.shift(); next !== undefined; next = this.#sent.shift()) {
      try {
        yield next.item;
      } finally {
        // Also if the consumer ends here.
        next.taken();
      }
    }
  }

  /** Resolves {@link untilNotified} without an item. */
  notify(): void {
    this.#notified.resolve();
  }

  /** Resolves when an item was sent, or {@link notify} was called, since the last time. */
  async untilNotified(): Promise<void> {
    await this.#notified.promise;
    this.#notified = Promise.withResolvers();
  }

  /** Lets all producers continue: nothing is taken any more. */
  release(): void {
    this.#isReleased = true;
    for (const { taken } of this.#sent.splice(0)) taken();
  }
}
