import { join } from "node:path";
import { findEngine } from "./find-engine.js";
import { leases, type Leases } from "./leases.js";
import { withLock } from "./lock.js";
import { logToStderr, type Log } from "./log.js";
import { findPrivateEngine, privateHost, startPrivateEngine, stopPrivateEngine } from "./private-engine.js";
import type { RawEngine } from "./raw-engine.js";
import { settings, type Settings } from "./settings.js";

/** The engine to test on. */
export interface TestEngine {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  /** Its API, by plain HTTP. */
  readonly api: RawEngine;
  /** Is it the private engine, which nobody but tests and demos uses? */
  readonly isPrivate: boolean;
  /** As in `20.10.24`. */
  readonly version: string;
  /** As in `1.41`. */
  readonly apiVersion: string;
  /** Says that this process has done with it: the last user of the private engine stops it. */
  release(): Promise<void>;
}

export interface EnsureEngineOptions {
  readonly log?: Log;
}

/**
 * An engine that answers: the one that runs here already, or a private one, started now or by another process.
 * Processes may call it at once. A private engine stays until the last of them has released it or ended.
 * @throws TestEngineError with what to install or start when there is none and none can be started
 */
export async function ensureEngine({ log = logToStderr }: EnsureEngineOptions = {}): Promise<TestEngine> {
  const at = settings();
  const wantsPrivate = at.alwaysPrivate || process.env.DOCKER_HOST === privateHost(at);
  const found = wantsPrivate ? undefined : await findEngine();
  if (found) return describe(found, false, async () => {});

  const users = leases(join(at.run, "leases"));
  const end = await withLock(lockFile(at), async () => {
    await findOrStart(at, users, log);
    return users.take();
  });
  // A process that ends without releasing has its lease lapse: the next one to come or go stops the engine.
  const engine = (await findPrivateEngine(at))!;
  return describe(engine, true, async () => {
    end();
    await stopUnused(at, users);
  });
}

/** Keeps a private engine up after this process, until `stopHeldEngine` with the same name; returns it. */
export async function holdEngine(name: string, options: EnsureEngineOptions = {}): Promise<TestEngine> {
  const engine = await ensureEngine(options);
  if (engine.isPrivate) leases(join(settings().run, "leases")).hold(name);
  await engine.release();
  return engine;
}

/** Ends `holdEngine`. Returns how many others still use the private engine; at 0 it is stopped. */
export function stopHeldEngine(name: string): Promise<number> {
  leases(join(settings().run, "leases")).dropHeld(name);
  return stopUnusedEngine();
}

/** Stops the private engine when nobody uses it. Returns how many do. */
export async function stopUnusedEngine(): Promise<number> {
  const at = settings();
  const users = leases(join(at.run, "leases"));
  await stopUnused(at, users);
  return users.count();
}

async function findOrStart(at: Settings, users: Leases, log: Log): Promise<void> {
  const running = await findPrivateEngine(at);
  if (running) return;
  users.dropHeld();
  const engine = await startPrivateEngine(at, log);
  const { Version } = await engine.call("GET", "/version");
  log(`Started a private Docker Engine ${Version} at ${engine.host}`);
}

async function stopUnused(at: Settings, users: Leases): Promise<void> {
  await withLock(lockFile(at), async () => {
    if (users.count() === 0) await stopPrivateEngine(at);
  });
}

const lockFile = (at: Settings) => join(at.run, "engine.lock");

async function describe(api: RawEngine, isPrivate: boolean, release: () => Promise<void>): Promise<TestEngine> {
  const { Version, ApiVersion } = await api.call("GET", "/version");
  let released: Promise<void> | undefined;
  return {
    host: api.host,
    api,
    isPrivate,
    version: Version,
    apiVersion: ApiVersion,
    release: () => (released ??= release()),
  };
}
