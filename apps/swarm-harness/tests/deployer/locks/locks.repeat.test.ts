import { describe, test } from "vitest";
import { explore } from "./explore.js";
import { Factory, goneHolder, platforms, useFixedIdsAndTimes } from "./factory.js";

useFixedIdsAndTimes();

const force = { forceUnlock: true };
const quick = { atomicRelease: true };
const MINUTES = 1_800_000;
/** Calls of a process that acquires and releases a lock, at most. */
const CALLS = 6;

/** As locks.test.ts, with more processes, and faults at every call: minutes instead of seconds. */
describe.each(platforms)("in every interleaving on the platform %s", (_, create) => {
  test(
    "no two of three runs hold the lock at the same time",
    async () => {
      await explore(() => new Factory(create).run("a").run("b").run("c"));
    },
    MINUTES,
  );

  test(
    "two runs never both hold the lock of a process that was killed at any call",
    async () => {
      const gone = await goneHolder();
      for (let call = 0; call < CALLS; call += 1) {
        await explore(() => new Factory(create).killed(gone, call).run("a", quick).run("b", quick));
      }
    },
    MINUTES,
  );

  test(
    "two runs with forceUnlock never both hold a lock that neither of them released",
    async () => {
      await explore(() => new Factory(create).run("a", force).run("b", force));
    },
    MINUTES,
  );

  test(
    "a call that takes effect late lets no run with forceUnlock hold the lock together with another run",
    async () => {
      const faults = { faults: ["crash", "timeout"], maxFaults: 1 } as const;
      await explore(() => new Factory(create).run("a").run("b", force), faults);
    },
    MINUTES,
  );
});
