import { onTestFinished } from "vitest";
import { createEngine, type EngineOptions } from "../create-engine.js";
import type { DockerEngine } from "../engine.js";
import { fakeEngine, type FakeEngine, type Handler } from "./fake-engine.js";

export interface OnFake {
  fake: FakeEngine;
  engine: DockerEngine;
}

/** An engine client on a fake engine, both closed when the test has finished. */
export async function engineOn(handler: Handler, options: EngineOptions = {}, apiVersion?: string): Promise<OnFake> {
  const fake = await fakeEngine(handler, apiVersion);
  const engine = createEngine({ env: { DOCKER_CONFIG: "/nowhere" }, ...options, host: fake.host });
  onTestFinished(() => engine.close());
  return { fake, engine };
}
