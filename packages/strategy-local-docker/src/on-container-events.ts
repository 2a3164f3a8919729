import { sleep } from "@openfactory/deploy-core";
import type { DockerEngine } from "@openfactory/docker-engine";

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
