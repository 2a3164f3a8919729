import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { ALL, app, changes, memory, newEngine, project } from "../../test/fixtures.js";
import { down } from "./down.js";
import { up } from "./up.js";

/** Two runs on one engine. The other one works between the plan of the first one and its lock. */
function twoRuns(work: (other: MemoryDeploymentStrategy) => unknown) {
  const engine = newEngine();
  const [run, other] = [memory({ capabilities: ALL }, { engine }), memory({ capabilities: ALL }, { engine })] as const;
  run.intercept = async (call, phase) => {
    if (call !== "lock factory" || phase !== "before") return;
    run.intercept = undefined;
    await work(other);
  };
  return { run, other, engine };
}
const outcomes = (report: { apps: readonly { service: string; outcome: string }[] }) =>
  Object.fromEntries(report.apps.map(({ service, outcome }) => [service, outcome]));

test("up() changes nothing if another run completes the same project before the lock is acquired", async () => {
  const desired = project(app("web"), app("db"));
  const { run } = twoRuns((other) => up(other, desired));
  expect(outcomes(await up(run, desired))).toEqual({ web: "unchanged", db: "unchanged" });
  expect(changes(run)).toEqual([]);
});

test("up() does not update a service that another run was creating when the plan was made", async () => {
  const { run, other, engine } = twoRuns(() => delete engine.service("web").status);
  const desired = project(app("web"), app("db"));
  await up(other, desired);
  engine.service("web").status = { unfinished: true };
  expect(outcomes(await up(run, desired))).toEqual({ web: "unchanged", db: "unchanged" });
  expect(changes(run)).toEqual([]);
});

test("up() plans again if another run deploys another version before the lock is acquired", async () => {
  const { run, other, engine } = twoRuns((other) => up(other, project(app("web", { image: "demo:2" }))));
  await up(other, project(app("web")));
  const report = await up(run, project(app("web", { image: "demo:3" })));
  expect(outcomes(report)).toEqual({ web: "updated" });
  expect(engine.services.get("web")?.request.image).toBe("demo:3");
});

test("up() plans once if no other run changes the project, whatever changes in other projects", async () => {
  const { run, engine } = twoRuns(() => engine.put({ name: "other" }));
  const plans: unknown[] = [];
  await up(run, project(app("web")), { observer: (event) => event.type === "plan" && plans.push(event) });
  expect(plans).toHaveLength(1);
  expect(run.calls.filter((call) => call === "list")).toHaveLength(2);
});

test("up() rejects with CONFLICT if a service of the same name appears before the lock is acquired", async () => {
  const { run, engine } = twoRuns(() => engine.put({ name: "web" }));
  await expect(up(run, project(app("web")))).rejects.toMatchObject({ code: "CONFLICT" });
  expect(changes(run)).toEqual([]);
});

test("down() also removes services that another run creates before the lock is acquired", async () => {
  const desired = project(app("web"), app("db"));
  const { run, other, engine } = twoRuns((other) => up(other, desired));
  await up(other, project(app("web")));
  expect(await down(run, desired)).toMatchObject({ outcome: "ok" });
  expect([...engine.services.keys()]).toEqual([]);
});
