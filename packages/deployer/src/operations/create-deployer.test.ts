import { expect, test } from "vitest";
import { app, memory, project } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { createDeployer, type DeployerRun } from "./create-deployer.js";

const types = async (run: DeployerRun<unknown>): Promise<DeployerEvent["type"][]> => {
  const found: DeployerEvent["type"][] = [];
  for await (const event of run) found.push(event.type);
  return found;
};

test("up() of a deployer yields its events in order, and then has its report", async () => {
  const deployer = createDeployer(memory());
  const run = deployer.up(project(app("web")));
  const found = await types(run);
  expect(found[0]).toBe("plan");
  expect(found).toContain("verdict");
  expect(await run.report).toMatchObject({ outcome: "ok", apps: [{ service: "web", outcome: "running" }] });
  expect(await deployer.ps(project(app("web")))).toMatchObject([{ service: "web" }]);
  expect(await deployer.plan(project(app("web")))).toMatchObject({ hasChanges: false });
});

test("events from before the loop are yielded, and the report settles without a loop", async () => {
  const deployer = createDeployer(memory());
  const run = deployer.up(project(app("web")));
  expect(await run.report).toMatchObject({ outcome: "ok" });
  expect((await types(run))[0]).toBe("plan");
  expect(await deployer.down(project(app("web"))).report).toMatchObject({ outcome: "ok" });
});

test("leaving the loop does not cancel the operation", async () => {
  const run = createDeployer(memory()).up(project(app("web")));
  for await (const _ of run) break;
  expect(await run.report).toMatchObject({ outcome: "ok" });
});

test("an aborted signal cancels up(), which reverts its changes", async () => {
  const strategy = memory();
  const controller = new AbortController();
  const run = createDeployer(strategy).up(project(app("web", { command: ["start-after", "60000"] }), app("db")), {
    signal: controller.signal,
  });
  for await (const event of run) if (event.type === "phase" && event.phase === "waiting") controller.abort();
  expect(await run.report).toMatchObject({ outcome: "interrupted" });
  expect([...strategy.engine.services.keys()]).toEqual([]);
});

test("the loop and the report reject with the error of an operation that fails before any change", async () => {
  const run = createDeployer(memory()).up(project(app("web"), app("web")));
  await expect(types(run)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  await expect(run.report).rejects.toMatchObject({ code: "INVALID_REQUEST" });
});
