import type { EngineDetails } from "@openfactory/strategy-contract-tests";
import type { RawEngine } from "@openfactory/test-engine";

/** The version of an engine, for a report. */
export async function engineDetails(engine: RawEngine, name: string): Promise<EngineDetails> {
  const { Version, ApiVersion } = await engine.call("GET", "/version");
  return { name, version: String(Version), apiVersion: String(ApiVersion) };
}
