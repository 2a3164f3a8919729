import { onTestFinished } from "vitest";
import { Connection } from "../src/connection/connection.js";
import { EngineClient } from "../src/connection/engine-client.js";
import { fakeEngine, type FakeEngine, type Handler } from "./fake-engine.js";

/** A bare client on a fake engine, both closed when the test has finished. */
export async function connect(
  handler: Handler,
  timeoutMs = 60_000,
): Promise<{ fake: FakeEngine; client: EngineClient }> {
  // Loaded before the first call, so that short time limits of tests do not include it.
  await import("dockerode");
  const fake = await fakeEngine(handler);
  const client = new EngineClient(new Connection({ host: fake.host, env: {} }), timeoutMs);
  onTestFinished(() => client.close());
  return { fake, client };
}
