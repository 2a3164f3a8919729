import { describe, expect, test } from "vitest";
import { DeploymentError } from "./errors.js";
import { sleep, throwIfAborted, undoIfAborted } from "./operation.js";

const context = { service: "demo", strategy: "docker" };

describe("throwIfAborted()", () => {
  test("returns without a signal, and for a signal that has not fired", () => {
    expect(() => throwIfAborted(undefined)).not.toThrow();
    expect(() => throwIfAborted(new AbortController().signal)).not.toThrow();
  });

  test("throws ABORTED with the signal's reason as cause", () => {
    const reason = new Error("ctrl-c");
    const attempt = () => throwIfAborted(AbortSignal.abort(reason), context);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: "ABORTED",
        message: "The operation on demo was aborted.",
        cause: reason,
        ...context,
      }),
    );
    expect(() => throwIfAborted(AbortSignal.abort())).toThrow("The operation was aborted.");
  });

  test("throws the signal's reason with the context if it is a DeploymentError", () => {
    const reason = new DeploymentError("TIMEOUT", "It took too long.", { hint: "h" });
    expect(() => throwIfAborted(AbortSignal.abort(reason), context)).toThrow(
      expect.objectContaining({ code: "TIMEOUT", message: "It took too long.", hint: "h", ...context }),
    );
  });
});

describe("undoIfAborted()", () => {
  test("does nothing without a signal, and for a signal that has not fired", async () => {
    const undo = async (): Promise<void> => expect.unreachable();
    await undoIfAborted(undefined, undo);
    await undoIfAborted(new AbortController().signal, undo);
  });

  test("undoes the change and throws ABORTED with the context if the signal has fired", async () => {
    let undone = 0;
    const undoing = undoIfAborted(AbortSignal.abort(), async () => (undone += 1), context);
    await expect(undoing).rejects.toMatchObject({ code: "ABORTED", ...context });
    expect(undone).toBe(1);
  });

  test("rejects with the error of a change that can't be undone", async () => {
    const undo = (): Promise<never> => Promise.reject(new DeploymentError("CONFLICT", "In use."));
    await expect(undoIfAborted(AbortSignal.abort(), undo)).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("sleep()", () => {
  test("resolves after the time", async () => {
    await expect(sleep(1)).resolves.toBeUndefined();
    await expect(sleep(1, new AbortController().signal)).resolves.toBeUndefined();
  });

  test("rejects at once if the signal has fired, and when it fires", async () => {
    const hour = 3_600_000;
    await expect(sleep(hour, AbortSignal.abort(), context)).rejects.toMatchObject({ code: "ABORTED", ...context });
    const controller = new AbortController();
    const sleeping = sleep(hour, controller.signal, context);
    controller.abort(new DeploymentError("TIMEOUT", "late"));
    await expect(sleeping).rejects.toMatchObject({ code: "TIMEOUT", ...context });
  });
});
