import { expect, test } from "vitest";
import type { Suite } from "../suite.js";

/** The number of replicas. */
export function scaleCases(suite: Suite): void {
  test("scale sets the number of replicas, and nothing else", async (context) => {
    const strategy = suite.with(context, "scale");
    const { name } = await suite.running(suite.request({ env: ["A=1"] }));
    const { mode: _, ids: __, ...before } = await suite.settings(name);
    for (const replicas of [3, 1, 0, 2]) {
      await strategy.scale(name, replicas);
      await suite.untilRunning(name, replicas);
      const { mode, ids: ___, ...settings } = await suite.settings(name);
      expect(mode).toEqual({ Replicated: { Replicas: replicas } });
      expect(settings).toEqual(before);
    }
    expect(await suite.existing()).toEqual([name]);
  });

  test.for([-1, 1.5, Number.NaN])("scale to %d: INVALID_REQUEST, the service as it was", async (replicas, context) => {
    const strategy = suite.with(context, "scale");
    const { name } = await suite.running(suite.request());
    const before = await suite.untilRunning(name);
    await suite.fails(strategy.scale(name, replicas), "INVALID_REQUEST", name);
    expect(await suite.untilRunning(name)).toEqual(before);
  });

  test("scale of a service without replicas: UNSUPPORTED", async (context) => {
    const strategy = suite.with(context, "scale");
    suite.needs(context, { mode: { Global: {} } });
    const request = suite.request({ mode: { Global: {} } });
    await suite.strategy.deploy(request);
    await suite.fails(strategy.scale(request.name, 2), "UNSUPPORTED", request.name);
    expect((await suite.settings(request.name)).mode).toEqual({ Global: {} });
  });

  test("scale while it is updated: both are made", async (context) => {
    const [scales, updates] = [suite.with(context, "scale"), suite.with(context, "update")];
    const request = await suite.running(suite.request({ env: ["VERSION=1"] }));
    await updates.update({ ...request, env: ["VERSION=2"] });
    await scales.scale(request.name, 2);
    await suite.untilRunning(request.name, 2);
    const { env, mode } = await suite.settings(request.name);
    expect(env).toContain("VERSION=2");
    expect(mode).toEqual({ Replicated: { Replicas: 2 } });
  });

  test("scale of none: NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "scale").scale(name, 2), "NOT_FOUND", name);
  });

  test("scale with a signal that has fired already: ABORTED, the service as it was", async (context) => {
    const strategy = suite.with(context, "scale");
    const { name } = await suite.running(suite.request());
    await suite.fails(strategy.scale(name, 3, { signal: AbortSignal.abort() }), "ABORTED", name);
    expect((await suite.settings(name)).mode ?? { Replicated: { Replicas: 1 } }).toEqual({
      Replicated: { Replicas: 1 },
    });
  });
}
