import { getEventListeners } from "node:events";
import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, it } from "vitest";
import { CallLimits, retryRead } from "./call-limits.js";

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

const fault = (code: string) => Object.assign(new Error(code), { code });
const { signal } = new AbortController();

function failing(times: number, code: string) {
  const work = async () => {
    work.calls += 1;
    if (work.calls <= times) throw fault(code);
    return "done";
  };
  work.calls = 0;
  return work;
}

it("asks again while the connection breaks or is refused, three times at most", async () => {
  expect(await retryRead(failing(2, "ECONNRESET"), signal)).toBe("done");
  const work = failing(9, "ECONNREFUSED");
  await expect(retryRead(work, signal)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(work.calls).toBe(3);
});

it("does not ask again for any other fault", async () => {
  const work = failing(1, "ENOENT");
  await expect(retryRead(work, signal)).rejects.toMatchObject({ code: "ENOENT" });
  expect(work.calls).toBe(1);
});

it("does not ask again once the signal has fired", async () => {
  const abort = new AbortController();
  const work = failing(9, "ECONNRESET");
  const asking = retryRead(work, abort.signal);
  setImmediate(() => abort.abort());
  await expect(asking).rejects.toMatchObject({ code: "ABORTED" });
  expect(work.calls).toBe(1);
});
