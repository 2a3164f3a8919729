import { afterAll } from "vitest";
import { createEngine, type EngineOptions } from "@openfactory/docker-engine";
import type { DockerEngine } from "@openfactory/docker-engine";

export const LABELS = { "org.openfactory.deploy.test": "1" };

/** A client of the engine under the tests, closed after them. */
export function realEngine(options: EngineOptions = {}): DockerEngine {
  const engine = createEngine(options);
  afterAll(() => engine.close());
  return engine;
}

/** A name that no other test has. */
export const uniqueName = (what: string): string => `of-test-${what}-${process.pid}-${Date.now().toString(36)}`;
