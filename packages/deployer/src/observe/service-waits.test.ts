import { DeploymentError, type ServiceStatus } from "@openfactory/deploy-core";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { memory, withRestarts } from "../../test/fixtures.js";
import { ServiceWaits } from "./service-waits.js";

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

const ready = { name: "web", state: "running", instances: [] } as unknown as ServiceStatus;

/** The `wait` of a strategy, for a service that is ready at a time. */
const readyWait =
  (readyAt: number, limits: number[] = []) =>
  async (timeoutMs: number): Promise<ServiceStatus> => {
    limits.push(timeoutMs);
    const restMs = readyAt - Date.now();
    await new Promise((resolve) => setTimeout(resolve, Math.min(restMs, timeoutMs)));
    if (restMs <= timeoutMs) return ready;
    throw new DeploymentError("TIMEOUT", `Service web was not ready within ${timeoutMs / 1000} s.`, {
      service: "web",
      hint: "Raise --timeout.",
    });
  };

/** Starts a wait, and returns its result with the time at which it ended. */
async function outcome(wait: Promise<unknown>): Promise<{ atMs: number; result: unknown }> {
  const began = Date.now();
  const result = await wait.catch((error) => error);
  return { atMs: Date.now() - began, result };
}

describe("the limit of 2 min for a service", () => {
  test("ends its wait if no other service gets ready", async () => {
    const waits = new ServiceWaits();
    const late = outcome(waits.waitFor("web", readyWait(Infinity)));
    await vi.runAllTimersAsync();
    expect(await late).toMatchObject({
      atMs: 2 * MINUTE,
      result: { code: "TIMEOUT", message: "Service web was not ready within 120 s." },
    });
  });

  test("starts again when another service is ready", async () => {
    const waits = new ServiceWaits();
    const now = Date.now();
    const limits: number[] = [];
    const all = [1, 2.5, 4].map((minutes) => outcome(waits.waitFor("web", readyWait(now + minutes * MINUTE, limits))));
    await vi.runAllTimersAsync();
    expect(await Promise.all(all)).toEqual([
      { atMs: MINUTE, result: ready },
      { atMs: 2.5 * MINUTE, result: ready },
      { atMs: 4 * MINUTE, result: ready },
    ]);
    expect(limits).toEqual([2, 2, 2, 1, 1, 1.5].map((minutes) => minutes * MINUTE));
  });

  test("ends its wait 2 min after the last other service was ready, and the error says so", async () => {
    const waits = new ServiceWaits();
    const now = Date.now();
    const late = outcome(waits.waitFor("web", readyWait(Infinity)));
    const other = outcome(waits.waitFor("web", readyWait(now + 1.5 * MINUTE)));
    await vi.runAllTimersAsync();
    expect((await other).result).toBe(ready);
    expect(await late).toMatchObject({
      atMs: 3.5 * MINUTE,
      result: {
        code: "TIMEOUT",
        message: "Service web was not ready within 90 s. No app got ready for 120 s.",
        service: "web",
        hint: "Raise --timeout.",
      },
    });
  });

  test("does not start again for a service that was ready before", async () => {
    const waits = new ServiceWaits();
    await waits.waitFor("web", async () => ready);
    await vi.advanceTimersByTimeAsync(MINUTE);
    const late = outcome(waits.waitFor("web", readyWait(Infinity)));
    await vi.runAllTimersAsync();
    expect(await late).toMatchObject({ atMs: 2 * MINUTE });
  });
});

test.each([
  ["another failure", "TASK_FAILED"],
  ["an engine that did not answer a call in time", "TIMEOUT"],
] as const)("%s ends a wait, although another service got ready", async (_, code) => {
  const waits = new ServiceWaits();
  const wait = vi.fn(async () => {
    await waits.waitFor("web", async () => ready);
    throw new DeploymentError(code, "No.");
  });
  await expect(waits.waitFor("web", wait)).rejects.toMatchObject({ code, message: "No." });
  expect(wait).toHaveBeenCalledTimes(1);
});

test.each([
  [undefined, 10_000],
  [5_000, 10_000],
  [20_000, 20_000],
])("recheck() with the settle time %s waits again with %i", async (settleMs, expected) => {
  const waits = new ServiceWaits();
  waits.addReady("web");
  await vi.advanceTimersByTimeAsync(MINUTE);
  const settleTimes: number[] = [];
  const verdicts = [{ service: "web" }];
  const done = await waits.recheck(memory(), verdicts, { project: "factory", settleMs }, async (verdict, again) => {
    settleTimes.push(again);
    return { ...verdict, waited: true };
  });
  expect(done).toEqual([{ service: "web", waited: true }]);
  expect(settleTimes).toEqual([expected]);
});

test.each([
  [100, ["list", "inspect"]],
  [101, ["list"]],
  [1_000, ["list"]],
  [1_001, []],
])("recheck() observes %i services whose listing has no restarts with the calls %j", async (count, calls) => {
  const strategy = memory();
  const { list } = strategy;
  strategy.list = async (options) =>
    (await list.call(strategy, options)).map((status) => withRestarts(status, undefined));
  const waits = new ServiceWaits();
  const names = Array.from({ length: count }, (_, index) => `app${index}`);
  for (const name of names) {
    strategy.engine.put({ name, image: "demo:1" });
    await waits.waitFor(name, async () => strategy.inspect(name));
  }
  strategy.calls.length = 0;
  await vi.advanceTimersByTimeAsync(MINUTE);
  const verdicts = names.map((service) => ({ service }));
  const done = await waits.recheck(strategy, verdicts, { project: "factory" }, async (verdict) => ({
    ...verdict,
    waited: true,
  }));
  expect(done).toEqual(verdicts);
  expect([...new Set(strategy.calls.map((call) => call.split(" ")[0]))]).toEqual(calls);
});
