import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** A name in use is refused, and what has it is as it was. */
export function alreadyExistsCases(suite: Suite): void {
  test("a name in use: ALREADY_EXISTS, the service as it was", async () => {
    const request = await suite.running(suite.request({ env: ["VERSION=1"] }));
    const before = { settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) };
    for (const second of [request, { ...request, env: ["VERSION=2"] }]) {
      await suite.failsCleanly(() => suite.strategy.deploy(second), "ALREADY_EXISTS", request.name);
      expect({ settings: await suite.settings(request.name), ids: await suite.untilRunning(request.name) }).toEqual(
        before,
      );
    }
  });

  test("the name of a service that is stopped is in use", async (context) => {
    const stop = suite.probe(context, "stop");
    const request = await suite.running(suite.request());
    await stop(request.name);
    await suite.untilRunning(request.name, 0);
    await suite.failsCleanly(() => suite.strategy.deploy(request), "ALREADY_EXISTS", request.name);
    expect((await suite.probes.instances(request.name)).some(({ running }) => running)).toBe(false);
  });

  test("a name that was removed is free", async () => {
    const request = await suite.running(suite.request({ env: ["VERSION=1"] }));
    await suite.strategy.remove(request.name);
    await suite.running({ ...request, env: ["VERSION=2"] });
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });
}
