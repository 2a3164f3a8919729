import { sleep } from "@openfactory/deploy-core";
import { type ContainerDetails, type DockerEngine, type EngineEvent, perEngine } from "@openfactory/docker-engine";

/** How often containers are inspected without an event, since the stream of events may be broken or incomplete. */
const POLL_MS = 2_000;

/**
 * The same, once the stream has reported the result of a health check: old versions of Podman report none. Inspections cost an
 * engine that is busy with the checks of a hundred containers more than anything else in a wait.
 */
const POLL_WITH_EVENTS_MS = 10_000;

/** Events that change nothing about which processes exist. */
const IRRELEVANT = /^(?:exec_|health_status|top|resize|attach|detach|copy|archive-path|extract-to-dir|export)/;

/**
 * Whether an event can change what a wait observed. A health check is a command in the container: if it succeeds, the event
 * `health_status` follows. A container that was seen running has been started, and cannot be again before it ends.
 */
function isRelevant({ Action, Actor: { ID, Attributes } }: EngineEvent, seenRunning: ReadonlySet<string>): boolean {
  if (Action.startsWith("exec_")) return Action.startsWith("exec_die") && Attributes["exitCode"] !== "0";
  return !(Action === "start" && seenRunning.has(ID));
}

/** An engine that reports nothing until the first event is not waited for any longer, in milliseconds. */
const OPEN_TIMEOUT_MS = 250;

type Listener = (event: EngineEvent) => void;

interface EventStream {
  readonly stop: AbortController;
  /** Resolves when the stream is open, or can't be opened. */
  readonly opened: Promise<void>;
  /** Whether it has reported the result of a health check. */
  reportsHealth: boolean;
}

/** One stream of an engine's container events for all watches: open while there is a watch. */
class ContainerEvents {
  readonly #engine: DockerEngine;
  readonly #listeners = new Set<Listener>();
  #stream: EventStream | undefined;

  constructor(engine: DockerEngine) {
    this.#engine = engine;
  }

  /** Resolves when the stream is open, so that no later event is missed, or when it can't be opened. */
  async add(listener: Listener): Promise<void> {
    this.#listeners.add(listener);
    this.#stream ??= this.#open();
    await this.#stream.opened;
  }

  /** How long a watch waits for an event, in milliseconds. */
  get pollMs(): number {
    return this.#stream?.reportsHealth ? POLL_WITH_EVENTS_MS : POLL_MS;
  }

  delete(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#stream?.stop.abort();
    this.#stream = undefined;
  }

  #open(): EventStream {
    const stop = new AbortController();
    const { promise: opened, resolve: onOpen } = Promise.withResolvers<void>();
    const timer = setTimeout(onOpen, OPEN_TIMEOUT_MS);
    const stream: EventStream = { stop, opened, reportsHealth: false };
    const read = async (): Promise<void> => {
      for await (const event of this.#engine.events({ type: ["container"] }, { signal: stop.signal, onOpen })) {
        onOpen();
        stream.reportsHealth ||= event.Action.startsWith("health_status");
        for (const listener of this.#listeners) listener(event);
      }
    };
    const end = (): void => {
      clearTimeout(timer);
      onOpen();
      // The next watch opens another one.
      if (this.#stream === stream) this.#stream = undefined;
    };
    void read().then(end, end);
    return stream;
  }
}

const containerEvents = perEngine((engine) => new ContainerEvents(engine));

/** A watch over the events of some containers. */
export interface ContainerWatch {
  /** Names the containers, as last inspected. An event of one of them since the watch began counts for {@link nextEvent}. */
  setContainers(containers: readonly ContainerDetails[]): void;
  /** Resolves at the first event since the last call, or after `ms` milliseconds. */
  nextEvent(ms: number): Promise<void>;
  /** The code with which a container exited last during the watch. The state of a running container no longer has it. */
  exitCode(id: string): number | undefined;
  stop(): void;
}

/**
 * Watches the events of containers from now on, so that their state can be read after the start of the watch and no change is missed.
 * If the stream breaks or can't be opened, the watch falls back to polling.
 */
export async function watchContainers(engine: DockerEngine, signal?: AbortSignal): Promise<ContainerWatch> {
  const stopped = new AbortController();
  const exitCodes = new Map<string, number>();
  /** The events before the containers are known. */
  const early: EngineEvent[] = [];
  let ids: ReadonlySet<string> | undefined;
  /** The containers that ran at the last inspection, and have had no relevant event since it began. */
  let seenRunning: ReadonlySet<string> = new Set();
  let event = Promise.withResolvers<void>();
  let hasEvent = false;
  const notify = (): void => {
    hasEvent = true;
    seenRunning = new Set();
    event.resolve();
  };
  const listener: Listener = (received) => {
    const { Action, Actor } = received;
    if (ids === undefined) early.push(received);
    if (!ids?.has(Actor.ID)) return;
    if (Action === "die") exitCodes.set(Actor.ID, Number(Actor.Attributes["exitCode"]));
    if (isRelevant(received, seenRunning)) notify();
  };
  signal?.addEventListener("abort", notify, { once: true, signal: stopped.signal });
  const events = containerEvents(engine);
  await events.add(listener);

  return {
    setContainers(containers) {
      const running = containers.filter(({ State }) => State.Running);
      ids = new Set(containers.map(({ Id }) => Id));
      seenRunning = new Set(hasEvent ? [] : running.map(({ Id }) => Id));
      for (const each of early.splice(0)) listener(each);
    },
    async nextEvent(ms) {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.min(ms, events.pollMs));
      });
      await Promise.race([event.promise, timeout]);
      clearTimeout(timer);
      event = Promise.withResolvers<void>();
      hasEvent = false;
    },
    exitCode: (id) => exitCodes.get(id),
    stop() {
      stopped.abort();
      events.delete(listener);
    },
  };
}

/** Calls back when any container starts, ends, is created, removed or renamed, until the signal fires. */
export function onContainerChange(engine: DockerEngine, callback: () => void, signal: AbortSignal): void {
  const listen = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        // Events before the stream was open are covered by the callback when it opens.
        for await (const { Action } of engine.events({ type: ["container"] }, { signal, onOpen: callback })) {
          if (!IRRELEVANT.test(Action)) callback();
        }
      } catch {
        // The stream broke. The next callback covers the events that were missed.
      }
      await sleep(POLL_MS, signal);
      callback();
    }
  };
  // An aborted sleep ends the loop.
  listen().catch(() => undefined);
}
