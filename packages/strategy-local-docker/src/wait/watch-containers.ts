import { sleep } from "@openfactory/deploy-core";
import type { DockerEngine, EngineEvent } from "@openfactory/docker-engine";

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

/** A watch over the events of some containers. */
export interface ContainerWatch {
  /** Resolves at the first event since the last call, or after `ms` milliseconds. */
  nextEvent(ms: number): Promise<void>;
  /** The code with which a container exited last during the watch. The state of a running container no longer has it. */
  exitCode(id: string): number | undefined;
  stop(): void;
}

/** Watches the events of containers. If the stream breaks or can't be opened, the watch falls back to polling. */
export function watchContainers(engine: DockerEngine, ids: readonly string[], signal?: AbortSignal): ContainerWatch {
  const stopped = new AbortController();
  const exitCodes = new Map<string, number>();
  let event = Promise.withResolvers<void>();
  void (async () => {
    const events = engine.events(
      { type: ["container"], container: ids },
      { signal: AbortSignal.any([stopped.signal, ...(signal ? [signal] : [])]) },
    );
    for await (const { Action, Actor } of events) {
      if (Action === "die") exitCodes.set(Actor.ID, Number(Actor.Attributes["exitCode"]));
      if (isRelevant(Action, Actor)) event.resolve();
    }
  })().catch(() => undefined);
  signal?.addEventListener("abort", () => event.resolve(), { once: true, signal: stopped.signal });

  return {
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
    stop: () => stopped.abort(),
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
