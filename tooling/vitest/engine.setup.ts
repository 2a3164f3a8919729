import { ENGINE_VERSIONS, ensureNodeImage, PODMAN_VERSIONS } from "@openfactory/swarm-harness";
import { logToStderr, startTestRun } from "@openfactory/test-engine";
import type { TestProject } from "vitest/node";

const RECORD_CALLS = new URL("../../apps/swarm-harness/tests/engine-calls/record-calls.mjs", import.meta.url).href;

declare module "vitest" {
  interface ProvidedContext {
    /** The engine for the tests, as in `DOCKER_HOST`, with its version and API version. */
    engine: { host: string; version: string; apiVersion: string };
  }
}

/** Sets `DOCKER_HOST` to an engine with the test images, and removes leftovers of the tests at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await startTestRun();
  const { host, version, apiVersion } = run.engine;
  process.env.DOCKER_HOST = host;
  // Processes of the command that tests start record their calls to an engine. With faults and outages, calls differ.
  if (project.name !== "faults" && project.name !== "long")
    process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, `--import=${RECORD_CALLS}`].filter(Boolean).join(" ");
  // These projects use all versions. Building the image of one takes longer than a hook of a test may.
  if (project.name === "repeat" || project.name === "matrix") {
    const versions = [...ENGINE_VERSIONS, ...PODMAN_VERSIONS];
    await Promise.all(versions.map((version) => ensureNodeImage(run.engine.api, version, logToStderr)));
  }
  project.provide("engine", { host, version, apiVersion });
  return () => run.end();
}
