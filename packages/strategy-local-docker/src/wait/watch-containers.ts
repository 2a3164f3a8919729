import { sleep } from "@openfactory/deploy-core";
import { type DockerEngine, type EngineEvent, perEngine } from "@openfactory/docker-engine";

/** How often containers are inspected without an event, since the stream of events may be broken. */
const POLL_MS = 2_000;

/** Events that change nothing about which processes exist. */
const IRRELEVANT = /^(?:exec_|health_status|top|resize|attach|detach|copy|archive-path|extract-to-dir|export)/;

/**
 * Whether an event can change what a wait observes. A health check is a command in the container: if it succeeds, the event
 * `health_status` follows.
 */
const isRelevant = (action: string, { Attributes }: EngineEvent["Actor"]): boolean =>
  action.startsWith("exec_") ? action.startsWith("exec_die") && Attributes["exitCode"] !== "0" : true;

/** An engine that reports nothing until the first event is not waited for any longer, in milliseconds. */
const OPEN_TIMEOUT_MS = 250;

type Listener = (event: EngineEvent) => void;

/** One stream of an engine's container events for all watches: open while there is a watch. */
class ContainerEvents {
  readonly #engine: DockerEngine;
  readonly #listeners = new Set<Listener>();
  #stream: { readonly stop: AbortController; readonly opened: Promise<void> } | undefined;

  constructor(engine: DockerEngine) {
    this.#engine = engine;
  }

  /** Resolves when the stream is open, so that no later event is missed, or when it can't be opened. */
  async add(listener: Listener): Promise<void> {
    this.#listeners.add(listener);
    this.#stream ??= this.#open();
    await this.#stream.opened;
  }

  delete(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#stream?.stop.abort();
    this.#stream = undefined;
  }

  #open(): { stop: AbortController; opened: Promise<void> } {
    const stop = new AbortController();
    const { promise: opened, resolve: onOpen } = Promise.withResolvers<void>();
    const timer = setTimeout(onOpen, OPEN_TIMEOUT_MS);
    const stream = { stop, opened };
    const read = async (): Promise<void> => {
      for await (const event of this.#engine.events({ type: ["container"] }, { signal: stop.signal, onOpen })) {
        onOpen();
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
  /** Names the containers. An event of one of them since the watch began counts for {@link nextEvent}. */
  setIds(ids: readonly string[]): void;
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
  const early = new Set<string>();
  let ids: ReadonlySet<string> | undefined;
  let event = Promise.withResolvers<void>();
  const listener: Listener = ({ Action, Actor }) => {
    if (ids?.has(Actor.ID) === false) return;
    if (Action === "die") exitCodes.set(Actor.ID, Number(Actor.Attributes["exitCode"]));
    if (!isRelevant(Action, Actor)) return;
    if (ids === undefined) early.add(Actor.ID);
    else event.resolve();
  };
  signal?.addEventListener("abort", () => event.resolve(), { once: true, signal: stopped.signal });
  const events = containerEvents(engine);
  await events.add(listener);

  return {
    setIds(containers) {
      ids = new Set(containers);
      if (containers.some((id) => early.has(id))) event.resolve();
    },
    async nextEvent(ms) {
      let timer: NodeJS.Timeout | undefined;
      const timeout = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.min(ms, POLL_MS));
      });
      await Promise.race([event.promise, timeout]);
      clearTimeout(timer);
      event = Promise.withResolvers<void>();
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
