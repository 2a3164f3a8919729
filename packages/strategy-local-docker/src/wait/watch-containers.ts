import { sleep } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

/** Without an event it is worth a look this often, in milliseconds: the stream of events may have broken. */
const LOOK_ANYWAY = 2_000;

export interface Wake {
  /** Resolves at the next event since the last call, or after `ms` milliseconds. */
  next(ms: number): Promise<void>;
  /** With what a container ended last since the listening began: where it runs again, its state has forgotten it. */
  exitCode(id: string): number | undefined;
  stop(): void;
}

/** Listens to the events of containers. That the stream breaks, or never opens, costs time only. */
export function wakeOnEvents(engine: DockerEngine, ids: readonly string[], signal?: AbortSignal): Wake {
  const stopped = new AbortController();
  const exitCodes = new Map<string, number>();
  let happened = Promise.withResolvers<void>();
  void (async () => {
    const events = engine.events(
      { type: ["container"], container: ids },
      { signal: AbortSignal.any([stopped.signal, ...(signal ? [signal] : [])]) },
    );
    for await (const { Action, Actor } of events) {
      if (Action === "die") exitCodes.set(Actor.ID, Number(Actor.Attributes["exitCode"]));
      happened.resolve();
    }
  })().catch(() => undefined);
  signal?.addEventListener("abort", () => happened.resolve(), { once: true, signal: stopped.signal });

  return {
    async next(ms) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.min(ms, LOOK_ANYWAY));
      });
      await Promise.race([happened.promise, late]);
      clearTimeout(timer);
      happened = Promise.withResolvers<void>();
    },
    exitCode: (id) => exitCodes.get(id),
    stop: () => stopped.abort(),
  };
}

/** Where the stream of events breaks or can't be opened, this often, in milliseconds, something may have happened. */
const WITHOUT_EVENTS_MS = 2_000;

/** Events that change nothing of which processes there are. */
const IRRELEVANT = /^(?:exec_|health_status|top|resize|attach|detach|copy|archive-path|extract-to-dir|export)/;

/** Calls back when containers start, end, come, go or change their names, until the signal fires. */
export function onContainerEvents(engine: DockerEngine, happened: () => void, signal: AbortSignal): void {
  const listen = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        // What happened until the stream was open is seen by one more look.
        for await (const { Action } of engine.events({ type: ["container"] }, { signal, onOpen: happened })) {
          if (!IRRELEVANT.test(Action)) happened();
        }
      } catch {
        // The stream broke: the next look finds what it would have reported.
      }
      await sleep(WITHOUT_EVENTS_MS, signal);
      happened();
    }
  };
  // An aborted sleep ends the listening.
  listen().catch(() => undefined);
}
