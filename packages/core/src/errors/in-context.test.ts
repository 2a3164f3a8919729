import { expect, test } from "vitest";
import { DeploymentError } from "./deployment-error.js";
import { inContext } from "./in-context.js";

const context = { service: "demo", strategy: "docker" };

test("a DeploymentError is told what it is about; anything else passes as it is", async () => {
  const fault = new DeploymentError("NOT_FOUND", "None.", { service: "known" });
  const other = new TypeError("x");
  await expect(inContext(context, async () => 1)).resolves.toBe(1);
  await expect(inContext(context, () => Promise.reject(fault))).rejects.toMatchObject({
    code: "NOT_FOUND",
    service: "known",
    strategy: "docker",
  });
  await expect(inContext(context, () => Promise.reject(other))).rejects.toBe(other);
});
