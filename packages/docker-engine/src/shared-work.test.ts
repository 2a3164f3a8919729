import { DeploymentError } from "@openfactory/deploy-core";
import { expect, it } from "vitest";
import { SharedWork, type Work } from "./shared-work.js";

interface Layer {
  id?: string;
  at: number;
}

/** Work that ends when it is told to, and notes how often it was begun and how often given up. */
function manual() {
  const shared = new SharedWork<string, Layer>(({ id }) => id);
  const state = { begun: 0, givenUp: 0, tell: (_: Layer): void => {}, end: Promise.withResolvers<string>() };
  const work: Work<string, Layer> = async (signal, tell) => {
    state.begun += 1;
    state.tell = tell;
    signal.addEventListener("abort", () => (state.givenUp += 1));
    return state.end.promise;
  };
  const join = (name: string, options?: Parameters<typeof shared.join>[2]) => shared.join(name, work, options);
  return { state, join };
}

it("does at once what several ask for, and anew what is asked for later", async () => {
  const { state, join } = manual();
  const all = [join("a"), join("a"), join("b")];
  expect(state.begun).toBe(2);
  state.end.resolve("done");
  expect(await Promise.all(all)).toEqual(["done", "done", "done"]);
  expect(state.givenUp, "what is done needs no signal, and takes none amiss").toBeLessThanOrEqual(2);
  await join("a");
  expect(state.begun).toBe(3);
});

it("gives its failure to all, and is not kept", async () => {
  const { state, join } = manual();
  const all = [join("a"), join("a")];
  state.end.reject(new Error("broken"));
  for (const result of await Promise.allSettled(all)) expect(result).toMatchObject({ reason: { message: "broken" } });
  state.end = Promise.withResolvers();
  state.end.resolve("better");
  expect(await join("a")).toBe("better");
});

it("goes on for the others when one is aborted; the last one ends it", async () => {
  const { state, join } = manual();
  const [first, second] = [new AbortController(), new AbortController()];
  const one = join("a", { signal: first.signal });
  const two = join("a", { signal: second.signal });
  first.abort();
  await expect(one).rejects.toMatchObject({ code: "ABORTED" });
  expect(state.givenUp).toBe(0);
  second.abort(new DeploymentError("TIMEOUT", "The caller's own reason."));
  await expect(two).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(state.givenUp).toBe(1);
});

it("is begun anew by one who comes after the last has gone", async () => {
  const { state, join } = manual();
  const abort = new AbortController();
  const one = join("a", { signal: abort.signal });
  abort.abort();
  await expect(one).rejects.toMatchObject({ code: "ABORTED" });
  const two = join("a");
  expect(state.begun).toBe(2);
  state.end.resolve("done");
  expect(await two).toBe("done");
});

it("begins nothing for one who is aborted already", async () => {
  const { state, join } = manual();
  await expect(join("a", { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ABORTED" });
  expect(state.begun).toBe(0);
});

it("tells all of them each event, and who comes late the last of each name", async () => {
  const { state, join } = manual();
  const seen: Record<string, number[]> = { one: [], two: [] };
  const one = join("a", { onEvent: ({ at }) => seen["one"]?.push(at) });
  state.tell({ at: 1 });
  state.tell({ id: "x", at: 2 });
  state.tell({ id: "y", at: 3 });
  state.tell({ id: "x", at: 4 });
  const two = join("a", { onEvent: ({ at }) => seen["two"]?.push(at) });
  state.tell({ at: 5 });
  state.end.resolve("done");
  await Promise.all([one, two]);
  expect(seen).toEqual({ one: [1, 2, 3, 4, 5], two: [4, 3, 5] });
});

it("ends the wait of one whose listener throws, and of that one only", async () => {
  const { state, join } = manual();
  const own = new Error("the caller's own");
  const one = join("a", {
    onEvent: () => {
      throw own;
    },
  });
  const two = join("a");
  state.tell({ at: 1 });
  await expect(one).rejects.toBe(own);
  expect(state.givenUp).toBe(0);
  state.end.resolve("done");
  expect(await two).toBe("done");
});
