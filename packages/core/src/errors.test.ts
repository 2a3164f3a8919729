import { describe, expect, test, vi } from "vitest";
import { DeploymentError, ERROR_CODES, inContext } from "./errors.js";

const otherCopy = async (): Promise<typeof DeploymentError> => {
  vi.resetModules();
  return (await import("./errors.js")).DeploymentError;
};

const whole = () =>
  new DeploymentError("TASK_FAILED", "The task of demo failed.", {
    hint: "Look at its log.",
    service: "demo",
    strategy: "swarm",
    field: "command",
    issues: [{ message: "m", field: "f", location: { file: "a.yaml", line: 1, column: 2 } }],
    instance: { id: "1", node: "n1", exitCode: 137, error: "OOM", lastLogLines: ["a", "b"] },
    cause: new Error("engine says"),
  });

describe("DeploymentError", () => {
  test("is an Error with a name, a message and the engine's error as cause", () => {
    const error = whole();
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe("DeploymentError: The task of demo failed.");
    expect((error.cause as Error).message).toBe("engine says");
    expect("cause" in new DeploymentError("TIMEOUT", "m")).toBe(false);
  });

  test("is recognised across two copies of the package, where instanceof fails", async () => {
    const Other = await otherCopy();
    const theirs = new Other("NOT_FOUND", "There is no demo.");
    expect(Other).not.toBe(DeploymentError);
    expect(theirs instanceof DeploymentError).toBe(false);
    expect(DeploymentError.isInstance(theirs)).toBe(true);
    expect(DeploymentError.isInstance(theirs, "NOT_FOUND")).toBe(true);
    expect(DeploymentError.isInstance(theirs, "TIMEOUT")).toBe(false);
    expect(Other.isInstance(whole())).toBe(true);
  });

  test.each([undefined, null, "x", {}, new Error("x"), { code: "TIMEOUT", name: "DeploymentError" }])(
    "%s is none",
    (value) => {
      expect(DeploymentError.isInstance(value)).toBe(false);
    },
  );

  test("withContext adds what was not known, keeps what was, and changes nothing of the first", async () => {
    const Other = await otherCopy();
    const bare = new Other("TIMEOUT", "m", { hint: "h", cause: "c" });
    const filled = DeploymentError.withContext(bare, { service: "demo", strategy: "docker" });
    expect(filled).toMatchObject({
      code: "TIMEOUT",
      message: "m",
      hint: "h",
      cause: "c",
      service: "demo",
      strategy: "docker",
    });
    expect(bare.service).toBeUndefined();
    const kept = DeploymentError.withContext(whole(), { service: "other", strategy: "other" });
    expect(kept.toJSON()).toEqual(whole().toJSON());
    expect((kept.cause as Error).message).toBe("engine says");
  });

  test("its JSON has all but stack and cause", () => {
    expect(JSON.parse(JSON.stringify(whole()))).toEqual({
      code: "TASK_FAILED",
      message: "The task of demo failed.",
      hint: "Look at its log.",
      service: "demo",
      strategy: "swarm",
      field: "command",
      issues: [{ message: "m", field: "f", location: { file: "a.yaml", line: 1, column: 2 } }],
      instance: { id: "1", node: "n1", exitCode: 137, error: "OOM", lastLogLines: ["a", "b"] },
    });
    expect(JSON.parse(JSON.stringify(new DeploymentError("TIMEOUT", "m")))).toEqual({ code: "TIMEOUT", message: "m" });
  });
});

test("the codes are what they were: code of others hangs on them", () => {
  expect(ERROR_CODES).toEqual(
    expect.arrayContaining([
      "INVALID_REQUEST",
      "UNSUPPORTED",
      "NOT_FOUND",
      "ALREADY_EXISTS",
      "CONFLICT",
      "IMAGE_NOT_FOUND",
      "NETWORK_NOT_FOUND",
      "ENGINE_UNREACHABLE",
      "NOT_A_SWARM_MANAGER",
      "UNAUTHORIZED",
      "TIMEOUT",
      "ABORTED",
      "ROLLED_BACK",
      "TASK_FAILED",
      "ENGINE_ERROR",
    ]),
  );
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
});

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
