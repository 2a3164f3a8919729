import { RawEngine } from "./raw-engine.js";
import { TestEngineError } from "./test-engine-error.js";

const DEFAULT_HOST = process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/**
 * The engine that runs on this machine already: the one `DOCKER_HOST` names, or the default socket's.
 * @throws TestEngineError when `DOCKER_HOST` names an engine that does not answer, or the socket may not be used
 */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<RawEngine | undefined> {
  const named = env.DOCKER_HOST;
  const engine = new RawEngine(named || DEFAULT_HOST);
  const failure = await ping(engine);
  if (!failure) return engine;
  if (failure.code === "EACCES") {
    throw new TestEngineError(
      `This user may not use the engine at ${engine.host}: add it to the group docker, or run as root.`,
    );
  }
  if (named) {
    throw new TestEngineError(
      `DOCKER_HOST is ${named}, and no engine answers there (${failure.message}): start it, or unset DOCKER_HOST.`,
    );
  }
  return undefined;
}

/** Asks the engine whether it is there: undefined when it is, else what kept it from answering. */
export async function ping(engine: RawEngine): Promise<NodeJS.ErrnoException | undefined> {
  try {
    await engine.call("GET", "/_ping", undefined, { timeout: 5_000 });
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
