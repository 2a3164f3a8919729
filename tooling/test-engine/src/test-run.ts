import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ensureEngine, stopUnusedEngine, type TestEngine } from "./ensure-engine.js";
import { ping } from "./find-engine.js";
import { leases } from "./leases.js";
import { logToStderr, type Log } from "./log.js";
import { settings } from "./settings.js";
import { RawEngine } from "./raw-engine.js";
import { sweep } from "./leftovers.js";
import { ensureEntrypointImage, ensureTestImage, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "./test-image.js";

/** One run of tests on an engine. */
export interface TestRun {
  readonly engine: TestEngine;
  /** Removes what tests left on the engine, unless another run goes on there, and gives the engine back. */
  end(): Promise<void>;
}

/** An engine with the test images on it, and nothing left of runs that were cut off. */
export async function startTestRun(log: Log = logToStderr): Promise<TestRun> {
  const engine = await ensureEngine({ log });
  const runs = leases(join(settings().run, "test-runs"));
  try {
    if (runs.count() === 0) await sweep(engine.api);
    const endRun = runs.take();
    // vitest, interrupted, ends without giving us a turn.
    const tidyLater = () => spawnTidy(engine.host);
    process.once("exit", tidyLater);
    const made = await makeImages(engine, log);
    return {
      engine,
      async end() {
        process.removeListener("exit", tidyLater);
        endRun();
        if (runs.count() === 0) {
          await sweep(engine.api);
          // The private engine keeps them: they make the next start quicker and are in nobody's way.
          if (!engine.isPrivate)
            await Promise.all(made.map((image) => engine.api.request("DELETE", `/images/${image}`)));
        }
        await engine.release();
      },
    };
  } catch (error) {
    await engine.release();
    throw error;
  }
}

/**
 * Does what the end of runs that were cut off would have done: sweeps the engine at `host` and stops the private one,
 * as soon as nobody uses them; gives up where somebody still does after `patience` milliseconds.
 */
export async function tidy(host: string, patience = 15_000): Promise<void> {
  const runs = leases(join(settings().run, "test-runs"));
  for (const deadline = Date.now() + patience; runs.count() > 0; await sleep(200)) {
    if (Date.now() > deadline) return;
  }
  const engine = new RawEngine(host);
  if (!(await ping(engine))) await sweep(engine);
  for (const deadline = Date.now() + patience; (await stopUnusedEngine()) > 0; await sleep(200)) {
    if (Date.now() > deadline) return;
  }
}

/** Starts a process that outlives this one, to tidy up after it. */
function spawnTidy(host: string): void {
  const script = fileURLToPath(new URL("../bin/test-engine.mjs", import.meta.url));
  spawn(process.execPath, [script, "tidy", host], { detached: true, stdio: "ignore" }).unref();
}

/** Returns the images that were not there before. */
async function makeImages(engine: TestEngine, log: Log): Promise<string[]> {
  const plain = await ensureTestImage(engine.api, TEST_IMAGE, log);
  const withEntrypoint = await ensureEntrypointImage(engine.api, TEST_ENTRYPOINT_IMAGE, log);
  return [...(plain ? [TEST_IMAGE] : []), ...(withEntrypoint ? [TEST_ENTRYPOINT_IMAGE] : [])];
}
