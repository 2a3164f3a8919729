import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ensureEngine, stopUnusedEngine, type TestEngine } from "./ensure-engine.js";
import { type Log, logToStderr } from "./errors-and-log.js";
import { sweep } from "./leftovers.js";
import { leases } from "./locks.js";
import { ping, RawEngine } from "./raw-engine.js";
import { settings } from "./settings.js";
import { ensureEntrypointImage, ensureTestImage, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "./test-image.js";

/** One run of tests on an engine. */
export interface TestRun {
  readonly engine: TestEngine;
  /** Removes leftovers from the engine, unless another run uses it, and releases the engine. */
  end(): Promise<void>;
}

/** Returns an engine with the test images, without leftovers of interrupted runs. */
export async function startTestRun(log: Log = logToStderr): Promise<TestRun> {
  const engine = await ensureEngine({ log });
  const runs = leases(join(settings().run, "test-runs"));
  try {
    if (runs.count() === 0) await sweep(engine.api);
    const endRun = runs.take();
    // An interrupted vitest exits without calling end().
    const cleanUpLater = () => spawnCleanUp(engine.host);
    process.once("exit", cleanUpLater);
    const created = await createImages(engine, log);
    return {
      engine,
      async end() {
        process.removeListener("exit", cleanUpLater);
        endRun();
        if (runs.count() === 0) {
          await sweep(engine.api);
          // The private engine keeps the images, which makes the next start faster.
          if (!engine.isPrivate)
            await Promise.all(created.map((image) => engine.api.request("DELETE", `/images/${image}`)));
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
 * Cleans up after interrupted runs: sweeps the engine at `host` and stops the private engine, as soon as they are not in
 * use. Gives up after `timeout` milliseconds.
 */
export async function cleanUp(host: string, timeout = 15_000): Promise<void> {
  const runs = leases(join(settings().run, "test-runs"));
  for (const deadline = Date.now() + timeout; runs.count() > 0; await sleep(200)) {
    if (Date.now() > deadline) return;
  }
  const engine = new RawEngine(host);
  if (!(await ping(engine))) await sweep(engine);
  for (const deadline = Date.now() + timeout; (await stopUnusedEngine()) > 0; await sleep(200)) {
    if (Date.now() > deadline) return;
  }
}

/** Starts a process that cleans up after this one has ended. */
function spawnCleanUp(host: string): void {
  const script = fileURLToPath(new URL("../bin/test-engine.mjs", import.meta.url));
  spawn(process.execPath, [script, "clean-up", host], { detached: true, stdio: "ignore" }).unref();
}

/** Creates missing test images, and returns their names. */
async function createImages(engine: TestEngine, log: Log): Promise<string[]> {
  const plain = await ensureTestImage(engine.api, TEST_IMAGE, log);
  const withEntrypoint = await ensureEntrypointImage(engine.api, TEST_ENTRYPOINT_IMAGE, log);
  return [...(plain ? [TEST_IMAGE] : []), ...(withEntrypoint ? [TEST_ENTRYPOINT_IMAGE] : [])];
}
