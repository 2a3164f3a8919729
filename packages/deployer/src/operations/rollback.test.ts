import { DeploymentError } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { ALL, app, fail, memory, project } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import type { RollbackReport } from "../model/report.js";
import { plan } from "../plan/plan.js";
import { rollback } from "./rollback.js";
import { up } from "./up.js";

const fake = () => memory({ capabilities: ALL });
const version = (number: number, ...services: string[]) =>
  services.map((service) => app(service, { image: `demo:${number}` }));
const outcomes = ({ apps }: RollbackReport) =>
  Object.fromEntries(apps.map(({ service, outcome }) => [service, outcome]));
const images = (strategy: MemoryDeploymentStrategy) =>
  Object.fromEntries([...strategy.engine.services].map(([name, { request }]) => [name, request.image]));

test("rollback() restores everything that the newest run changed, and nothing else", async () => {
  const strategy = fake();
  await up(strategy, project(...version(1, "web", "db", "ui")));
  await up(strategy, project(...version(2, "ui"), ...version(1, "web", "db")));
  const last = await up(strategy, project(...version(2, "web", "db", "ui"), app("new")));
  const events: DeployerEvent[] = [];
  const report = await rollback(strategy, project(...version(2, "web", "db", "ui"), app("new")), {
    observer: (event) => events.push(event),
  });
  expect(report).toMatchObject({ outcome: "ok", run: last.run });
  expect(outcomes(report)).toEqual({ web: "running", db: "running", new: "no-previous" });
  expect(report.apps[0]).toMatchObject({ app: "Web", from: "demo:2", to: "demo:1" });
  expect(images(strategy)).toEqual({ web: "demo:1", db: "demo:1", ui: "demo:2", new: "demo:1" });
  expect(events.flatMap((event) => (event.type === "rollback" ? [event.verdict.service] : [])).sort()).toEqual([
    "db",
    "new",
    "web",
  ]);
  expect(strategy.engine.locks.size).toBe(0);
  // The file is ahead of what runs again.
  expect(
    (await plan(strategy, project(...version(2, "web", "db", "ui"), app("new")))).apps.map(({ action }) => action),
  ).toEqual(["update", "update", "unchanged", "unchanged"]);
});

test("rollback() without names works once, and by name switches forward again", async () => {
  const strategy = fake();
  const files = [project(...version(1, "web")), project(...version(2, "web"))] as const;
  for (const file of files) await up(strategy, file);
  await rollback(strategy, files[1]);
  const again = await rollback(strategy, files[1]);
  expect(again).toMatchObject({
    outcome: "failed",
    apps: [{ outcome: "no-previous", reason: expect.stringContaining("Already on its previous version") }],
  });
  expect(images(strategy)).toEqual({ web: "demo:1" });
  expect((await rollback(strategy, files[1], { apps: ["Web"] })).outcome).toBe("ok");
  expect(images(strategy)).toEqual({ web: "demo:2" });
});

test("rollback() does not restore a version that a failed run was reverted from", async () => {
  const strategy = fake();
  await up(strategy, project(...version(1, "web")));
  const broken = project(app("web", { image: "demo:2", command: "sh -c 'exit 3'" }));
  expect((await up(strategy, broken)).outcome).toBe("failed");
  expect((await rollback(strategy, broken)).outcome).toBe("failed");
  expect(images(strategy)).toEqual({ web: "demo:1" });
});

test("rollback() works by the project's name alone, and rejects with NOT_FOUND for a missing app", async () => {
  const strategy = fake();
  await up(strategy, project(...version(1, "web", "db")));
  await up(strategy, project(...version(2, "web", "db")));
  expect(outcomes(await rollback(strategy, project(), { apps: ["Db"] }))).toEqual({ db: "running" });
  expect(images(strategy)).toEqual({ web: "demo:2", db: "demo:1" });
  await expect(rollback(strategy, project(), { apps: ["Bd"] })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("rollback() does not restore a version from before an adoption", async () => {
  const strategy = fake();
  strategy.engine.put({ name: "web", image: "demo:0" });
  await up(strategy, project(...version(1, "web")), { adopt: ["Web"] });
  const report = await rollback(strategy, project(...version(1, "web")), { apps: ["Web"] });
  expect(report.apps[0]).toMatchObject({ outcome: "no-previous", reason: expect.stringContaining("adopted") });
  expect(images(strategy)).toEqual({ web: "demo:1" });
});

test("rollback() runs in the order of dependencies, and continues after a failure", async () => {
  const strategy = fake();
  const after = (service: string, on: string, number: number) =>
    app(service, { image: `demo:${number}`, dependsOn: [{ service: on, condition: "service_healthy" }] });
  const file = (number: number) =>
    project(after("web", "db", number), ...version(number, "db"), ...version(number, "ui"));
  await up(strategy, file(1));
  await up(strategy, file(2));
  strategy.calls.length = 0;
  fail(strategy, "db", { rollback: new DeploymentError("ENGINE_ERROR", "It went wrong.") });
  const report = await rollback(strategy, file(2));
  expect(report.outcome).toBe("failed");
  expect(report.apps).toMatchObject([
    { app: "Web", outcome: "skipped", causedBy: "Db" },
    { app: "Db", outcome: "failed", error: { code: "ENGINE_ERROR", service: "db" } },
    { app: "Ui", outcome: "running" },
  ]);
  fail(strategy, "db", {});
  await rollback(strategy, file(2), { apps: ["Web", "Db"] });
  const { calls } = strategy;
  expect(calls.lastIndexOf("wait db")).toBeLessThan(calls.lastIndexOf("rollback web"));
  expect(images(strategy)).toEqual({ web: "demo:1", db: "demo:1", ui: "demo:1" });
});

test("rollback() succeeds if wait() rejects with ROLLED_BACK", async () => {
  const strategy = fake();
  await up(strategy, project(...version(1, "web")));
  await up(strategy, project(...version(2, "web")));
  fail(strategy, "web", { wait: new DeploymentError("ROLLED_BACK", "web was rolled back.") });
  expect((await rollback(strategy, project(...version(2, "web")))).apps).toMatchObject([{ outcome: "running" }]);
});

test("rollback() rejects with UNSUPPORTED if the platform can't roll back", async () => {
  const strategy = memory({ capabilities: ["list"] });
  await expect(rollback(strategy, project())).rejects.toMatchObject({ code: "UNSUPPORTED" });
});
