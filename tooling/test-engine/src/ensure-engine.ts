import { join } from "node:path";
import { type Log, logToStderr } from "./errors-and-log.js";
import { leases, type Leases, withLock } from "./locks.js";
import { findPrivateEngine, privateHost, startPrivateEngine, stopPrivateEngine } from "./private-engine.js";
import { findEngine, type RawEngine } from "./raw-engine.js";
import { settings, type Settings } from "./settings.js";

/** An engine for tests. */
export interface TestEngine {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  /** Its API, by plain HTTP. */
  readonly api: RawEngine;
  /** Whether it is the private engine, which only tests and demos use. */
  readonly isPrivate: boolean;
  /** Such as `20.10.24`. */
  readonly version: string;
  /** Such as `1.41`. */
  readonly apiVersion: string;
  /** Ends the use by this process. The last user of the private engine stops it. */
  release(): Promise<void>;
}

export interface EnsureEngineOptions {
  readonly log?: Log;
}

/**
 * Returns an existing engine, or a private one, started now or by another process. Several processes can call it at the same
 * time. A private engine runs until the last of them has released it or ended.
 * @throws TestEngineError with what to install or start, if there is no engine and none can be started
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
  // If a process ends without release(), its lease expires, and the next process stops the engine.
  const engine = (await findPrivateEngine(at))!;
  return describe(engine, true, async () => {
    end();
    await stopUnused(at, users);
  });
}

/** Keeps a private engine running after this process, until `stopHeldEngine` with the same name. */
export async function holdEngine(name: string, options: EnsureEngineOptions = {}): Promise<TestEngine> {
  const engine = await ensureEngine(options);
  if (engine.isPrivate) leases(join(settings().run, "leases")).hold(name);
  await engine.release();
  return engine;
}

/** Ends `holdEngine`. Returns the number of other users of the private engine; without any, it is stopped. */
export function stopHeldEngine(name: string): Promise<number> {
  leases(join(settings().run, "leases")).dropHeld(name);
  return stopUnusedEngine();
}

/** Stops the private engine if it has no users. Returns the number of users. */
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
