import { supports } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import type { Suite } from "../suite.js";
import { collect } from "../utilities.js";

const LONGEST = 63;

/** Valid and invalid names. */
export function nameCases(suite: Suite): void {
  test.for(["-", "_", "--", "A", "-_-_-", "9"])("a name with %s is accepted", async (odd) => {
    const request = suite.request({ name: suite.name("0Z", `${odd}z`) });
    await suite.strategy.deploy(request);
    expect(await suite.existing()).toEqual([request.name]);
    await suite.strategy.remove(request.name);
    expect(await suite.existing()).toEqual([]);
  });

  test(`a name of ${LONGEST} characters is accepted`, async () => {
    const name = suite.owned(suite.name().padEnd(LONGEST, "z"));
    await suite.deployRunning(suite.request({ name }));
    expect(await suite.existing()).toEqual([name]);
    await suite.strategy.remove(name);
    expect(await suite.existing()).toEqual([]);
  });

  test.for([LONGEST + 1, LONGEST + 2, 255, 5000])("a name of %i characters is rejected", async (length) => {
    const short = await suite.deployRunning(suite.request({ name: suite.owned(suite.name().padEnd(LONGEST, "z")) }));
    const name = short.name.padEnd(length, "z");
    await suite.failsCleanly(() => suite.strategy.deploy(suite.request({ name })), "INVALID_REQUEST");
    // Nor is it truncated to an existing name.
    await suite.fails(suite.strategy.remove(name), ["NOT_FOUND", "INVALID_REQUEST"]);
    const { strategy } = suite;
    if (supports(strategy, "inspect")) await suite.fails(strategy.inspect(name), ["NOT_FOUND", "INVALID_REQUEST"]);
    expect(await suite.existing()).toEqual([short.name]);
  });

  describe("an invalid name is rejected with INVALID_REQUEST", () => {
    test.for(["", "a", "a b", "a/b", "../a", "a.b", "-a", "a-", "ä-b", "a\nb"])("%j", async (name) => {
      const request = suite.request({ name: "placeholder" });
      await suite.failsCleanly(() => suite.strategy.deploy({ ...request, name }), "INVALID_REQUEST");
      const removing = name.includes("\n") ? undefined : suite.strategy.remove(name);
      if (removing) await suite.fails(removing, ["NOT_FOUND", "INVALID_REQUEST"]);
    });
  });
}

/** A name stands for the service with exactly that name. */
export function exactNameCases(suite: Suite): void {
  /** A name, and deployed services whose names contain it. The name itself is unused. */
  const deploySimilarNames = async () => {
    const name = suite.name();
    const others = [`${name}-x`, `x${name}`, `x${name}x`, `${name}_x`, `${name}0`].map((other) => suite.owned(other));
    for (const other of others) await suite.deployRunning(suite.request({ name: other }));
    return { name, others: others.sort() };
  };

  const instancesOf = (names: string[]) =>
    Promise.all(
      names.map(async (name) =>
        (await suite.probes.instances(name)).filter(({ running }) => running).map(({ id }) => id),
      ),
    );

  test("remove() keeps services whose names contain the name", async () => {
    const { name, others } = await deploySimilarNames();
    const before = await instancesOf(others);
    await suite.deployRunning(suite.request({ name }));
    await suite.strategy.remove(name, { wait: true });
    expect(await suite.existing()).toEqual(others);
    expect(await instancesOf(others)).toEqual(before);
  });

  test("every operation on a part of other services' names rejects with NOT_FOUND and changes nothing", async () => {
    const { name, others } = await deploySimilarNames();
    const before = await instancesOf(others);
    const { strategy } = suite;
    await suite.fails(strategy.remove(name), "NOT_FOUND", name);
    if (supports(strategy, "inspect")) await suite.fails(strategy.inspect(name), "NOT_FOUND", name);
    if (supports(strategy, "wait")) await suite.fails(strategy.wait(name, { timeoutMs: 30_000 }), "NOT_FOUND", name);
    if (supports(strategy, "scale")) await suite.fails(strategy.scale(name, 2), "NOT_FOUND", name);
    if (supports(strategy, "rollback")) await suite.fails(strategy.rollback(name), "NOT_FOUND", name);
    if (supports(strategy, "update")) await suite.fails(strategy.update(suite.request({ name })), "NOT_FOUND", name);
    expect(await suite.existing()).toEqual(others);
    expect(await instancesOf(others)).toEqual(before);
  });

  test("an id, complete or truncated, is not a name", async () => {
    const { name } = await suite.deployRunning(suite.request());
    const { ids } = await suite.settings(name);
    const { strategy } = suite;
    for (const id of ids) {
      for (const part of [id, id.slice(0, 12), id.slice(0, 4)]) {
        await suite.fails(strategy.remove(part), ["NOT_FOUND", "INVALID_REQUEST"]);
        if (supports(strategy, "inspect")) await suite.fails(strategy.inspect(part), ["NOT_FOUND", "INVALID_REQUEST"]);
        if (supports(strategy, "wait"))
          await suite.fails(strategy.wait(part, { timeoutMs: 30_000 }), ["NOT_FOUND", "INVALID_REQUEST"]);
        if (supports(strategy, "logs"))
          await suite.fails(collect(strategy.logs(part)), ["NOT_FOUND", "INVALID_REQUEST"]);
      }
    }
    expect(await suite.existing()).toEqual([name]);
    await suite.untilRunning(name);
  });
}
