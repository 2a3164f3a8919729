import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** New credentials for a service that runs. */
export function refreshAuthCases(suite: Suite): void {
  test("refreshAuth changes nothing of the service, and starts nothing again", async (context) => {
    const strategy = suite.with(context, "refreshAuth");
    const { name } = await suite.running(suite.request({ env: ["A=1"] }));
    const before = { settings: await suite.settings(name), ids: await suite.untilRunning(name) };
    await strategy.refreshAuth(name);
    expect({ settings: await suite.settings(name), ids: await suite.untilRunning(name) }).toEqual(before);
  });

  test("refreshAuth of none: NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "refreshAuth").refreshAuth(name), "NOT_FOUND", name);
  });
}
