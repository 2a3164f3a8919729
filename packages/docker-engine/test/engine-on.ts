import { onTestFinished } from "vitest";
import { createEngine, type EngineOptions } from "../src/create-engine.js";
import type { DockerEngine } from "../src/engine.js";
import { fakeEngine, type FakeEngine, type Handler } from "./fake-engine.js";

/** As {@link engineOn}, with an engine that reports that it is Podman. */
export const podmanOn = (handler: Handler, version = "5.4.2"): Promise<OnFake> =>
  engineOn(handler, {}, "1.41", { "Libpod-Api-Version": version, Server: `Libpod/${version} (linux)` });

export interface OnFake {
  fake: FakeEngine;
  engine: DockerEngine;
}

/** An engine client on a fake engine, both closed when the test has finished. */
export async function engineOn(
  handler: Handler,
  options: EngineOptions = {},
  apiVersion?: string,
  headers?: Record<string, string>,
): Promise<OnFake> {
  const fake = await fakeEngine(handler, apiVersion, headers);
  const engine = createEngine({ env: { DOCKER_CONFIG: "/nowhere" }, ...options, host: fake.host });
  onTestFinished(() => engine.close());
  return { fake, engine };
}
