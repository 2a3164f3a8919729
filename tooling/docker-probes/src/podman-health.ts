import { setTimeout as delay } from "node:timers/promises";
import type { RawEngine } from "@openfactory/test-engine";

const STEP_MS = 200;

/**
 * Runs the health checks of all containers, as systemd's timers do on a machine that has it: Podman itself runs none
 * unless it is told to (`podman healthcheck run`), and the nodes of the tests have no systemd.
 */
export function keepHealthChecks(engine: RawEngine): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const running = (async () => {
    while (!stopped.signal.aborted) {
      await runAll(engine).catch(() => undefined);
      await delay(STEP_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** A container without a check is in none of these states. */
async function runAll(engine: RawEngine): Promise<void> {
  const filters = encodeURIComponent(
    JSON.stringify({ status: ["running"], health: ["starting", "healthy", "unhealthy"] }),
  );
  const checked: { Id: string }[] = await engine.call("GET", `/containers/json?filters=${filters}`);
  await Promise.all(checked.map(({ Id }) => engine.request("GET", `/v4.0.0/libpod/containers/${Id}/healthcheck`)));
}
