import { describe, expect, test } from "vitest";
import { explore } from "./explore.js";
import { Factory, goneHolder, platforms, useFixedIdsAndTimes, WHILE_HELD } from "./factory.js";

useFixedIdsAndTimes();

const force = { forceUnlock: true };
const quick = { atomicRelease: true };
// Computes for seconds, on a busy machine for longer.
describe.each(platforms)("in every interleaving on the platform %s", { timeout: 120_000 }, (_, create) => {
  test("one of two runs gets the lock, and the other fails or comes later", async () => {
    const found = new Set<string>();
    expect(await explore(() => new Factory(create, found).run("a").run("b"))).toBeGreaterThan(2);
    expect(found).toEqual(new Set(["ok", "CONFLICT"]));
  });

  test("one of two runs takes over the lock of a killed process", async () => {
    const gone = await goneHolder();
    const found = new Set<string>();
    await explore(() => new Factory(create, found).killed(gone, WHILE_HELD).run("a", quick).run("b", quick));
    expect(found).toEqual(new Set(["ok", "CONFLICT"]));
  });

  test("a run with forceUnlock never holds the lock together with a run that it did not release", async () => {
    const found = new Set<string>();
    await explore(() => new Factory(create, found).run("a").run("b", force));
    await explore(() => new Factory(create, found).run("a", force).run("b"));
    expect(found).toEqual(new Set(["ok", "CONFLICT"]));
  });

  test("a call that takes effect after its process timed out or was killed lets no second run in", async () => {
    const faults = { faults: ["crash", "timeout"], maxFaults: 1, victims: ["a"] } as const;
    await explore(() => new Factory(create).run("a").run("b"), faults);
  });
});
