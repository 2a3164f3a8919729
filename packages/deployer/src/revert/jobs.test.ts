import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { describe, expect, test } from "vitest";
import { ALL, app, config, fail, memory, project } from "../../test/fixtures.js";
import { rollback } from "../operations/rollback.js";
import { scale } from "../operations/scale.js";
import { up } from "../operations/up.js";

const job = { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } };
const migrate = (version: number, more = {}) =>
  app("migrate", { mode: job, command: ["sh", "-c", `echo ${version}; exit 0`], ...more });
const once = (version: number) =>
  app("migrate", { restart: { Condition: "none" }, command: ["sh", "-c", `echo ${version}; exit 0`] });
const web = (command = "sleep 9") =>
  app("web", {
    command: command.split(" "),
    dependsOn: [{ service: "migrate", condition: "service_completed_successfully" }],
  });
const fake = (listsSettings = true) => memory({ capabilities: ALL }, { listsSettings, onFailedUpdate: "leave" });
const versionOf = (strategy: MemoryDeploymentStrategy) =>
  strategy.engine.services.get("migrate")?.request.command?.at(-1);

describe.each([
  ["a job", migrate, "The app is a job"],
  ["a process that completed", once, "The process has completed"],
])("reverting a failed run in which %s changed", (_, made, why) => {
  test("keeps the run's version, with a reason in the report", async () => {
    const strategy = fake();
    await up(strategy, project(made(1), web()));
    strategy.calls.length = 0;
    const report = await up(strategy, project(made(2), web("sh -c exit 3")));
    expect(report.outcome).toBe("failed");
    expect(versionOf(strategy)).toBe("echo 2; exit 0");
    expect(strategy.calls.filter((call) => /^(deploy|rollback|update) migrate/.test(call))).toEqual(["update migrate"]);
    const reason = `${why}, and a revert would run its previous version again.`;
    expect(report.apps[0]).toMatchObject({ outcome: "completed", now: "desired", kept: reason });
    expect(report.apps[1]).toMatchObject({ outcome: "failed", now: "previous" });
    expect(report.revertSteps).toContainEqual(
      expect.objectContaining({ action: "keep", app: "Migrate", state: "done", reason }),
    );
  });

  test("keeps its failed version, too", async () => {
    const strategy = fake();
    await up(strategy, project(made(1), web()));
    const failing = { ...made(2), request: { ...made(2).request, command: ["sh", "-c", "exit 3"] } };
    const report = await up(strategy, project(failing, web()));
    expect(report.apps[0]).toMatchObject({ outcome: "failed", now: "desired", kept: expect.stringContaining(why) });
    expect(versionOf(strategy)).toBe("exit 3");
  });

  test("does not deploy it again after it was pruned", async () => {
    const strategy = fake();
    await up(strategy, project(made(1), app("ui")));
    fail(strategy, "ui", {});
    const failing = memory({ capabilities: ALL }, { engine: strategy.engine, listsSettings: true });
    failing.intercept = (call, phase) => {
      if (call === "remove extra" && phase === "before") caller.abort();
    };
    const caller = new AbortController();
    strategy.engine.put({ name: "extra", labels: strategy.engine.services.get("ui")?.request.labels });
    const report = await up(failing, project(app("ui")), { prune: true, signal: caller.signal });
    expect(failing.calls).not.toContain("deploy migrate");
    expect(report.orphans.find(({ service }) => service === "migrate")?.outcome).toMatch(/removed|skipped|failed/);
  });

  test("rollback() without names skips it with a reason, and rollback() by name runs it again", async () => {
    const strategy = fake();
    await up(strategy, project(made(1), app("web")));
    await up(strategy, project(made(2), app("web", { image: "demo:2" })));
    const report = await rollback(strategy, project(made(2), app("web")));
    expect(report.outcome).toBe("ok");
    expect(report.apps).toMatchObject([
      {
        app: "Migrate",
        outcome: "skipped",
        reason: `${why}, and a rollback would run it again. Name the app to do that.`,
      },
      { app: "Web", outcome: "running" },
    ]);
    expect(strategy.calls).not.toContain("rollback migrate");
    expect((await rollback(strategy, project(made(2)), { apps: ["Migrate"] })).apps).toMatchObject([
      { outcome: "completed" },
    ]);
    expect(versionOf(strategy)).toBe("echo 1; exit 0");
  });
});

test("a config that a kept job uses is not removed by the revert", async () => {
  const strategy = fake();
  const withConfig = (text: string, command?: string) => ({
    ...project(migrate(1, { configs: [{ name: `conf-${text}`, target: "/conf" }] }), web(command)),
    resources: [config("conf", text)],
  });
  await up(strategy, withConfig("x"));
  const report = await up(strategy, withConfig("y", "sh -c exit 3"));
  expect(report.resources).toMatchObject([{ name: "conf-y", outcome: "created" }]);
  expect(report.apps.map(({ leftBehind }) => leftBehind)).toEqual([undefined, undefined]);
  expect(strategy.engine.resources.keys()).toContain("config conf-y");
});

test("a job that the run created is removed by the revert", async () => {
  const strategy = fake();
  const report = await up(strategy, project(migrate(1), web("sh -c exit 3")));
  expect(report.apps[0]).toMatchObject({ outcome: "reverted", now: "absent" });
  expect([...strategy.engine.services.keys()]).toEqual([]);
});

test("an app with 0 replicas is stopped, not running", async () => {
  const strategy = memory({ capabilities: ALL });
  const none = project(app("web", { mode: { Replicated: { Replicas: 0 } } }));
  expect((await up(strategy, none)).apps).toMatchObject([{ outcome: "stopped" }]);
  expect(await scale(strategy, none, "Web", 0)).toMatchObject({ outcome: "stopped" });
});
