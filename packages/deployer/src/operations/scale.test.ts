import { expect, test } from "vitest";
import { ALL, app, changes, memory, project } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { plan } from "../plan/plan.js";
import { scale } from "./scale.js";
import { up } from "./up.js";

const file = project(app("web", { mode: { Replicated: { Replicas: 2 } } }));

test("scale() sets the number of replicas, and plan() shows the difference", async () => {
  const strategy = memory({ capabilities: ALL });
  await up(strategy, file);
  const events: DeployerEvent[] = [];
  const report = await scale(strategy, file, "Web", 3, { observer: (event) => void events.push(event) });
  expect(report).toMatchObject({
    app: "Web",
    service: "web",
    from: 2,
    to: 3,
    outcome: "running",
    status: { replicas: { running: 3 } },
  });
  const { project: _, platform: __, ...scaled } = report;
  expect(events.at(-1)).toEqual({ type: "scale", scaled });
  expect(changes(strategy).at(-1)).toBe("scale web 3");
  expect(strategy.engine.locks.size).toBe(0);
  expect((await plan(strategy, file)).apps[0]).toMatchObject({
    action: "update",
    drifted: true,
    changes: [{ path: "mode.Replicated.Replicas", from: "3", to: "2" }],
  });
});

test("scale() to the current number changes nothing, by the project's name alone", async () => {
  const strategy = memory({ capabilities: ALL });
  await up(strategy, file);
  strategy.calls.length = 0;
  expect(await scale(strategy, project(), "Web", 2)).toMatchObject({ from: 2, to: 2, outcome: "running" });
  expect(changes(strategy)).toEqual([]);
});

test("scale() to the current number completes replicas that an interrupted run created and did not start", async () => {
  const strategy = memory({ capabilities: ALL });
  await up(strategy, file);
  const { inspect } = strategy;
  strategy.inspect = async (...args) => ({ ...(await inspect.apply(strategy, args)), unfinished: true });
  strategy.calls.length = 0;
  await scale(strategy, file, "Web", 2);
  expect(changes(strategy)).toEqual(["scale web 2"]);
});

test("scale() rejects a service of something else, a missing app, and an invalid number", async () => {
  const strategy = memory({ capabilities: ALL });
  strategy.engine.put({ name: "web" });
  await expect(scale(strategy, file, "Web", 3)).rejects.toMatchObject({ code: "CONFLICT", service: "web" });
  await expect(scale(strategy, file, "Missing", 3)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(scale(strategy, project(app("db")), "Db", 3)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(scale(strategy, file, "Web", -1)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  await expect(scale(strategy, file, "Web", 1.5)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  await expect(scale(memory(), file, "Web", 1)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  expect(changes(strategy)).toEqual([]);
});
