import { DeploymentError } from "@openfactory/deploy-core";
import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { startWhenFree } from "./operations.js";

const inUse = new DeploymentError("CONFLICT", "address already in use");

/** An engine that refuses so many starts. */
const refusing = (times: number, error = inUse) => {
  let left = times;
  return fakeEngine({
    "containers.start": () => {
      left -= 1;
      if (left >= 0) throw error;
    },
  });
};

test("is started as soon as its ports are free", async () => {
  const { engine, calls } = refusing(2);
  await startWhenFree(engine, "1");
  expect(calls).toHaveLength(3);
});

test("another fault is told at once", async () => {
  const { engine, calls } = refusing(1, new DeploymentError("TASK_FAILED", "no such program"));
  await expect(startWhenFree(engine, "1")).rejects.toMatchObject({ code: "TASK_FAILED" });
  expect(calls).toHaveLength(1);
});

test("an abort ends it", async () => {
  const { engine } = refusing(Infinity);
  await expect(startWhenFree(engine, "1", { signal: AbortSignal.timeout(150) })).rejects.toMatchObject({
    code: "ABORTED",
  });
});

test("what stays in use is told in the end", async () => {
  await expect(startWhenFree(refusing(Infinity).engine, "1")).rejects.toBe(inUse);
});
