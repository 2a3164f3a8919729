import { DeploymentError } from "@openfactory/deploy-core";
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { CallLimits } from "./call-limits.js";

const limits = (options: { signal?: AbortSignal; timeoutMs?: number }) =>
  new CallLimits(options, 60_000, "do it", "unix:///d.sock");
const never = new Promise<never>(() => {});

describe("CallLimits", () => {
  it("ends by the caller's signal", async () => {
    const abort = new AbortController();
    const call = limits({ signal: abort.signal });
    expect(() => call.check()).not.toThrow();
    setImmediate(() => abort.abort());
    await expect(call.race(never)).rejects.toMatchObject({ code: "ABORTED" });
    expect(call.signal.aborted).toBe(true);
  });

  it("throws the signal's reason where that is a DeploymentError", async () => {
    const reason = new DeploymentError("ROLLED_BACK", "back");
    expect(() => limits({ signal: AbortSignal.abort(reason) })).toThrow(
      expect.objectContaining({ code: "ROLLED_BACK" }),
    );
  });

  it("ends by the time limit, and says what was asked", async () => {
    await expect(limits({ timeoutMs: 5 }).race(never)).rejects.toMatchObject({
      code: "TIMEOUT",
      message: "The engine at unix:///d.sock did not answer within 5 ms when asked to do it.",
    });
  });

  it("goes on without time limit once the clock is stopped, and still obeys the signal", async () => {
    const abort = new AbortController();
    const call = limits({ signal: abort.signal, timeoutMs: 5 });
    call.stopClock();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(() => call.check()).not.toThrow();
    abort.abort();
    expect(() => call.check()).toThrow(expect.objectContaining({ code: "ABORTED" }));
  });

  it("leaves nothing on the caller's signal", () => {
    const { signal } = new AbortController();
    const call = limits({ signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    call.close();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});
