import { getEventListeners } from "node:events";
import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { CallLimits, retryRead } from "./call-limits.js";

const limits = (options: { signal?: AbortSignal; timeoutMs?: number }) =>
  new CallLimits(options, 60_000, "do it", "unix:///d.sock");
const never = new Promise<never>(() => {});

describe("CallLimits", () => {
  it("ends with ABORTED when the caller's signal fires", async () => {
    const abort = new AbortController();
    const call = limits({ signal: abort.signal });
    expect(() => call.check()).not.toThrow();
    setImmediate(() => abort.abort());
    await expect(call.race(never)).rejects.toMatchObject({ code: "ABORTED" });
    expect(call.signal.aborted).toBe(true);
  });

  it("throws the signal's reason if it is a DeploymentError", async () => {
    const reason = new DeploymentError("ROLLED_BACK", "back");
    expect(() => limits({ signal: AbortSignal.abort(reason) })).toThrow(
      expect.objectContaining({ code: "ROLLED_BACK" }),
    );
  });

  it("ends with TIMEOUT, whose message names the action", async () => {
    await expect(limits({ timeoutMs: 5 }).race(never)).rejects.toMatchObject({
      code: "TIMEOUT",
      message: "The engine at unix:///d.sock did not answer within 5 ms when asked to do it.",
    });
  });

  it("has no time limit after stopClock(), and still ends with the signal", async () => {
    const abort = new AbortController();
    const call = limits({ signal: abort.signal, timeoutMs: 5 });
    call.stopClock();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(() => call.check()).not.toThrow();
    abort.abort();
    expect(() => call.check()).toThrow(expect.objectContaining({ code: "ABORTED" }));
  });

  it("removes its listener from the caller's signal", () => {
    const { signal } = new AbortController();
    const call = limits({ signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    call.close();
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

const systemError = (code: string) => Object.assign(new Error(code), { code });
const { signal } = new AbortController();

function failing(times: number, code: string) {
  const work = async () => {
    work.calls += 1;
    if (work.calls <= times) throw systemError(code);
    return "done";
  };
  work.calls = 0;
  return work;
}

it("retryRead() runs a read up to three times if the connection breaks or is refused", async () => {
  expect(await retryRead(failing(2, "ECONNRESET"), signal)).toBe("done");
  const work = failing(9, "ECONNREFUSED");
  await expect(retryRead(work, signal)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(work.calls).toBe(3);
});

it("retryRead() does not repeat a read after any other error", async () => {
  const work = failing(1, "ENOENT");
  await expect(retryRead(work, signal)).rejects.toMatchObject({ code: "ENOENT" });
  expect(work.calls).toBe(1);
});

it("retryRead() does not repeat a read after the signal has fired", async () => {
  const abort = new AbortController();
  const work = failing(9, "ECONNRESET");
  const asking = retryRead(work, abort.signal);
  setImmediate(() => abort.abort());
  await expect(asking).rejects.toMatchObject({ code: "ABORTED" });
  expect(work.calls).toBe(1);
});
