import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** New credentials for a service that runs. */
export function refreshAuthCases(suite: Suite): void {
  test("refreshAuth changes nothing of the service, and starts nothing again", async (context) => {
    const strategy = suite.with(context, "refreshAuth");
    const { name } = await suite.running(suite.request({ env: ["A=1"] }));
    await suite.untilRunning(name);
    const state = async () => ({ settings: await suite.settings(name), instances: await suite.probes.instances(name) });
    const before = await state();
    const refreshed = await strategy.refreshAuth(name);
    expect(refreshed).toMatchObject({ name, renewed: expect.any(Boolean), warnings: expect.any(Array) });
    // What is started anew is so a moment later.
    await suite.lateEffects();
    expect(await state()).toEqual(before);
  });

  test("refreshAuth of none: NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "refreshAuth").refreshAuth(name), "NOT_FOUND", name);
  });
}
