import { supports } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import type { Suite } from "../suite.js";

const LONGEST = 63;

/** Which names there are. */
export function nameCases(suite: Suite): void {
  test.for(["-", "_", "--", "A", "-_-_-", "9"])("a name with %s", async (odd) => {
    const request = suite.request({ name: suite.name("0Z", `${odd}z`) });
    await suite.strategy.deploy(request);
    expect(await suite.existing()).toEqual([request.name]);
    await suite.strategy.remove(request.name);
    expect(await suite.existing()).toEqual([]);
  });

  test(`a name of ${LONGEST} characters`, async () => {
    const name = suite.owned(suite.name().padEnd(LONGEST, "z"));
    await suite.running(suite.request({ name }));
    expect(await suite.existing()).toEqual([name]);
    await suite.strategy.remove(name);
    expect(await suite.existing()).toEqual([]);
  });

  test.for([LONGEST + 1, LONGEST + 2, 255, 5000])("a name of %i characters is refused", async (length) => {
    const short = await suite.running(suite.request({ name: suite.owned(suite.name().padEnd(LONGEST, "z")) }));
    const name = short.name.padEnd(length, "z");
    await suite.failsCleanly(() => suite.strategy.deploy(suite.request({ name })), "INVALID_REQUEST");
    // Nor is it cut off to one that there is.
    await suite.fails(suite.strategy.remove(name), ["NOT_FOUND", "INVALID_REQUEST"]);
    const { strategy } = suite;
    if (supports(strategy, "inspect")) await suite.fails(strategy.inspect(name), ["NOT_FOUND", "INVALID_REQUEST"]);
    expect(await suite.existing()).toEqual([short.name]);
  });

  describe("a name that can't be one is refused", () => {
    test.for(["", "a", "a b", "a/b", "../a", "a.b", "-a", "a-", "ä-b", "a\nb"])("%j", async (name) => {
      const request = suite.request({ name: "placeholder" });
      await suite.failsCleanly(() => suite.strategy.deploy({ ...request, name }), "INVALID_REQUEST");
      const removing = name.includes("\n") ? undefined : suite.strategy.remove(name);
      if (removing) await suite.fails(removing, ["NOT_FOUND", "INVALID_REQUEST"]);
    });
  });
}
