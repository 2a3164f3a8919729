import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** The return to the previous version. */
export function rollbackCases(suite: Suite): void {
  test("rollback() restores the service from before its update", async (context) => {
    const strategy = suite.with(context, "rollback");
    const updating = suite.with(context, "update");
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
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

  test("inspect() after update() returns the settings of the version that rollback() restores", async (context) => {
    const [strategy, updating] = [suite.with(context, "rollback"), suite.with(context, "update")];
    const reader = suite.with(context, "inspect");
    suite.with(context, "settings");
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
    const { settings: before } = await reader.inspect(request.name);
    await updating.update({ ...request, env: ["VERSION=2"] });
    const { previous, settings: newer } = await reader.inspect(request.name);
    if (previous?.settings === undefined)
      return context.skip("the strategy reports no settings of the previous version");
    expect(previous.settings).toEqual(before);
    await strategy.rollback(request.name);
    const after = await reader.inspect(request.name);
    expect(after.settings).toEqual(before);
    expect(after.previous?.settings).toEqual(newer);
  });

  test("rollback() of a completed job runs the previous version, and wait() waits for it", async (context) => {
    const strategy = suite.with(context, "rollback");
    const [updating, waiting] = [suite.with(context, "update"), suite.with(context, "wait")];
    const job = { mode: { ReplicatedJob: {} }, restart: { Condition: "none" } } as const;
    suite.skipUnlessSupported(context, { ...job, command: ["x"] });
    const request = suite.request({ ...job, command: suite.programs.exit(0), env: ["VERSION=1"] });
    await suite.strategy.deploy(request);
    await waiting.wait(request.name);
    await updating.update({ ...request, env: ["VERSION=2"] });
    await waiting.wait(request.name);
    await strategy.rollback(request.name);
    expect(await waiting.wait(request.name, { timeoutMs: 60_000 })).toMatchObject({ state: "completed" });
    expect((await suite.settings(request.name)).env).toContain("VERSION=1");
  });

  test("rollback() twice returns to the newer version, and wait() accepts either", async (context) => {
    const strategy = suite.with(context, "rollback");
    const updating = suite.with(context, "update");
    const waiting = suite.with(context, "wait");
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
    await updating.update({ ...request, env: ["VERSION=2"] });
    await waiting.wait(request.name);
    const newer = await suite.settings(request.name);
    for (const version of ["VERSION=1", "VERSION=2"]) {
      await strategy.rollback(request.name);
      expect(await waiting.wait(request.name)).toMatchObject({
        state: "running",
        replicas: { running: 1, desired: 1 },
      });
      expect((await suite.settings(request.name)).env).toContain(version);
    }
    const { ids, ...settings } = await suite.settings(request.name);
    expect({ ids: newer.ids, ...settings }).toEqual(newer);
    expect(ids).toHaveLength(newer.ids.length);
  });

  test("rollback() with an aborted signal rejects with ABORTED and leaves the service unchanged", async (context) => {
    const strategy = suite.with(context, "rollback");
    const updating = suite.with(context, "update");
    const request = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
    await updating.update({ ...request, env: ["VERSION=2"] });
    await suite.fails(strategy.rollback(request.name, { signal: AbortSignal.abort() }), "ABORTED", request.name);
    expect((await suite.settings(request.name)).env).toContain("VERSION=2");
  });

  test("rollback() of a service that was never updated rejects with CONFLICT and leaves it unchanged", async (context) => {
    const strategy = suite.with(context, "rollback");
    const { name } = await suite.deployRunning(suite.request({ env: ["VERSION=1"] }));
    const before = { settings: await suite.settings(name), ids: await suite.untilRunning(name) };
    await suite.fails(strategy.rollback(name), "CONFLICT", name);
    expect({ settings: await suite.settings(name), ids: await suite.untilRunning(name) }).toEqual(before);
  });

  test("rollback() of a missing service rejects with NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "rollback").rollback(name), "NOT_FOUND", name);
  });
}
