import { startTestRun } from "@openfactory/test-engine";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The engine under the tests, as in `DOCKER_HOST`; its version and API version. */
    engine: { host: string; version: string; apiVersion: string };
  }
}

/** Gives the tests an engine with the test images on it, by `DOCKER_HOST`, and takes back what they leave there. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await startTestRun();
  const { host, version, apiVersion } = run.engine;
  process.env.DOCKER_HOST = host;
  project.provide("engine", { host, version, apiVersion });
  return () => run.end();
}
