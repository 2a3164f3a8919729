import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSwarm, type EngineVersion } from "@openfactory/swarm-harness";
import { ensureEngine, ensureTestImage, type RawEngine, TEST_IMAGE } from "@openfactory/test-engine";

/** The engine for benchmarks: private, and a swarm of one node. */
export interface BenchEngine {
  host: string;
  api: RawEngine;
  version: string;
  apiVersion: string;
  end(): Promise<void>;
}

/**
 * A private engine in a separate folder, so that no test shares it; or an engine of another version, in a container.
 * @throws TestEngineError if none is available.
 */
export async function startBenchEngine(
  version: EngineVersion | undefined,
  log: (line: string) => void,
): Promise<BenchEngine> {
  if (version !== undefined) return startInContainer(version, log);
  process.env["OPENFACTORY_TEST_DIR"] ??= join(tmpdir(), `openfactory-bench-${process.getuid?.() ?? 0}`);
  process.env["OPENFACTORY_TEST_PRIVATE"] = "1";
  const engine = await ensureEngine({ log });
  const api = engine.api;
  await ensureTestImage(api, TEST_IMAGE, log);
  await api.request("POST", "/swarm/leave?force=true");
  await api.call("POST", "/swarm/init", { ListenAddr: "127.0.0.1:0", AdvertiseAddr: "127.0.0.1" });
  return {
    ...engine,
    async end() {
      await api.request("POST", "/swarm/leave?force=true");
      await engine.release();
    },
  };
}

async function startInContainer(version: EngineVersion, log: (line: string) => void): Promise<BenchEngine> {
  const under = await ensureEngine({ log });
  process.env["DOCKER_HOST"] = under.host;
  await ensureTestImage(under.api, TEST_IMAGE, log);
  const swarm = await createSwarm({ nodes: 1, engine: version, images: [TEST_IMAGE], log });
  const api = swarm.nodes[0]?.api as RawEngine;
  const { Version, ApiVersion } = await api.call("GET", "/version");
  return {
    host: api.host,
    api,
    version: Version,
    apiVersion: ApiVersion,
    async end() {
      await swarm.down();
      await under.release();
    },
  };
}
