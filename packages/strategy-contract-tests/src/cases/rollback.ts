import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** The way back. */
export function rollbackCases(suite: Suite): void {
  test("rollback brings back what the service was before its update", async (context) => {
    const strategy = suite.with(context, "rollback");
    const updating = suite.with(context, "update");
    const request = await suite.running(suite.request({ env: ["VERSION=1"] }));
    const before = await suite.settings(request.name);
    await updating.update({ ...request, env: ["VERSION=2"] });
    await suite.eventually(
      "it has the new settings",
      () => suite.settings(request.name),
      ({ env }) => env.includes("VERSION=2"),
    );
    const deployment = await strategy.rollback(request.name);
    expect(deployment.name).toBe(request.name);
    await suite.eventually(
      "it has the old settings",
      () => suite.settings(request.name),
      ({ env }) => env.includes("VERSION=1"),
    );
    await suite.untilRunning(request.name);
    const { ids, ...settings } = await suite.settings(request.name);
    expect({ ids: before.ids, ...settings }).toEqual(before);
    expect([...deployment.ids].sort()).toEqual([...ids].sort());
  });

  test("rollback of one that was never updated: CONFLICT, the service as it was", async (context) => {
    const strategy = suite.with(context, "rollback");
    const { name } = await suite.running(suite.request({ env: ["VERSION=1"] }));
    const before = { settings: await suite.settings(name), ids: await suite.untilRunning(name) };
    await suite.fails(strategy.rollback(name), "CONFLICT", name);
    expect({ settings: await suite.settings(name), ids: await suite.untilRunning(name) }).toEqual(before);
  });

  test("rollback of none: NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "rollback").rollback(name), "NOT_FOUND", name);
  });
}
