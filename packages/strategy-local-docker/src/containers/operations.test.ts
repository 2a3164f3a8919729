import { DeploymentError } from "@openfactory/deploy-core";
import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { startWhenPortsFree } from "./operations.js";

const inUse = new DeploymentError("CONFLICT", "address already in use");

/** An engine that refuses the first starts. */
const refusing = (times: number, error = inUse) => {
  let left = times;
  return fakeEngine({
    "containers.start": () => {
      left -= 1;
      if (left >= 0) throw error;
    },
  });
};

test("startWhenPortsFree() retries until the ports are free", async () => {
  const { engine, calls } = refusing(2);
  await startWhenPortsFree(engine, "1");
  expect(calls).toHaveLength(3);
});

test("startWhenPortsFree() rejects at once with any other error", async () => {
  const { engine, calls } = refusing(1, new DeploymentError("TASK_FAILED", "no such program"));
  await expect(startWhenPortsFree(engine, "1")).rejects.toMatchObject({ code: "TASK_FAILED" });
  expect(calls).toHaveLength(1);
});

test("startWhenPortsFree() rejects with ABORTED when the signal fires", async () => {
  const { engine } = refusing(Infinity);
  await expect(startWhenPortsFree(engine, "1", { signal: AbortSignal.timeout(150) })).rejects.toMatchObject({
    code: "ABORTED",
  });
});

test("startWhenPortsFree() rejects with the conflict if the ports stay in use", async () => {
  await expect(startWhenPortsFree(refusing(Infinity).engine, "1")).rejects.toBe(inUse);
});
