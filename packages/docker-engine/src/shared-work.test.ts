import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { SharedWork, type Work } from "./shared-work.js";

interface Layer {
  id?: string;
  at: number;
}

/** Work that the test ends, with counts of its starts and aborts. */
function manual() {
  const shared = new SharedWork<string, Layer>(({ id }) => id);
  const state = { started: 0, aborted: 0, emit: (_: Layer): void => {}, end: Promise.withResolvers<string>() };
  const work: Work<string, Layer> = async (signal, emit) => {
    state.started += 1;
    state.emit = emit;
    signal.addEventListener("abort", () => (state.aborted += 1));
    return state.end.promise;
  };
  const join = (name: string, options?: Parameters<typeof shared.join>[2]) => shared.join(name, work, options);
  return { state, join };
}

it("join() runs work once for callers at the same time, and again for a later caller", async () => {
  const { state, join } = manual();
  const all = [join("a"), join("a"), join("b")];
  expect(state.started).toBe(2);
  state.end.resolve("done");
  expect(await Promise.all(all)).toEqual(["done", "done", "done"]);
  expect(state.aborted, "the signal of finished work is ignored").toBeLessThanOrEqual(2);
  await join("a");
  expect(state.started).toBe(3);
});

it("join() rejects for all callers if the work fails, and runs it again for the next", async () => {
  const { state, join } = manual();
  const all = [join("a"), join("a")];
  state.end.reject(new Error("broken"));
  for (const result of await Promise.allSettled(all)) expect(result).toMatchObject({ reason: { message: "broken" } });
  state.end = Promise.withResolvers();
  state.end.resolve("better");
  expect(await join("a")).toBe("better");
});

it("the abort of one caller does not end the work; the abort of the last one does", async () => {
  const { state, join } = manual();
  const [first, second] = [new AbortController(), new AbortController()];
  const one = join("a", { signal: first.signal });
  const two = join("a", { signal: second.signal });
  first.abort();
  await expect(one).rejects.toMatchObject({ code: "ABORTED" });
  expect(state.aborted).toBe(0);
  second.abort(new DeploymentError("TIMEOUT", "The caller's own reason."));
  await expect(two).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(state.aborted).toBe(1);
});

it("join() starts the work again after all callers were aborted", async () => {
  const { state, join } = manual();
  const abort = new AbortController();
  const one = join("a", { signal: abort.signal });
  abort.abort();
  await expect(one).rejects.toMatchObject({ code: "ABORTED" });
  const two = join("a");
  expect(state.started).toBe(2);
  state.end.resolve("done");
  expect(await two).toBe("done");
});

it("join() starts nothing if the signal has fired", async () => {
  const { state, join } = manual();
  await expect(join("a", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ABORTED" });
  expect(state.started).toBe(0);
});

it("all callers get each event; a late one first gets the last event of each key", async () => {
  const { state, join } = manual();
  const seen: Record<string, number[]> = { one: [], two: [] };
  const one = join("a", { onEvent: ({ at }) => seen["one"]?.push(at) });
  state.emit({ at: 1 });
  state.emit({ id: "x", at: 2 });
  state.emit({ id: "y", at: 3 });
  state.emit({ id: "x", at: 4 });
  const two = join("a", { onEvent: ({ at }) => seen["two"]?.push(at) });
  state.emit({ at: 5 });
  state.end.resolve("done");
  await Promise.all([one, two]);
  expect(seen).toEqual({ one: [1, 2, 3, 4, 5], two: [4, 3, 5] });
});

it("a listener that throws ends the wait of its own caller only", async () => {
  const { state, join } = manual();
  const own = new Error("the caller's own");
  const one = join("a", {
    onEvent: () => {
      throw own;
    },
  });
  const two = join("a");
  state.emit({ at: 1 });
  await expect(one).rejects.toBe(own);
  expect(state.aborted).toBe(0);
  state.end.resolve("done");
  expect(await two).toBe("done");
});
