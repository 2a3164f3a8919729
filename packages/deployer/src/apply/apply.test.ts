import { DeploymentError } from "@openfactory/deploy-core";
import type { MemoryOptions } from "@openfactory/strategy-memory";
import { describe, expect, test } from "vitest";
import { ALL, app, changeManually, changes, config, fail, memory, project } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { RUN_LABEL } from "../model/labels.js";
import type { UpReport } from "../model/report.js";
import { up } from "../operations/up.js";

const fake = (options: MemoryOptions = {}, capabilities = ALL) => memory({ capabilities }, options);
const after = (service: string, on: string, more: object = {}) =>
  app(service, { dependsOn: [{ service: on, condition: "service_healthy" }], ...more });
const v2 = { image: "demo:2" };
const bad = { image: "demo:2", command: ["print-and-exit", "3", "no disk"] };
const outcomes = ({ apps }: UpReport) => Object.fromEntries(apps.map(({ service, outcome }) => [service, outcome]));
const steps = ({ revertSteps }: UpReport) =>
  revertSteps.map(({ action, service, resource, state }) => `${action} ${service ?? resource?.name} ${state}`);

describe("updates", () => {
  test("run after the updates of dependencies, and skip unchanged apps", async () => {
    const strategy = fake({ listsSettings: true });
    await up(strategy, project(app("db"), after("web", "db"), after("ui", "web")));
    strategy.calls.length = 0;
    const report = await up(strategy, project(app("db", v2), after("web", "db", v2), after("ui", "web")));
    expect(outcomes(report)).toEqual({ db: "updated", web: "updated", ui: "unchanged" });
    expect(strategy.calls.filter((call) => /^(update|wait|deploy|remove)/.test(call))).toEqual([
      "update db",
      "wait db",
      "update web",
      "wait web",
    ]);
    expect(strategy.engine.services.get("ui")?.request.labels?.[RUN_LABEL]).not.toBe(report.run);
    expect(strategy.engine.services.get("web")?.request.labels?.[RUN_LABEL]).toBe(report.run);
    expect(report.apps.map(({ action, now }) => `${action} ${now}`)).toEqual([
      "update desired",
      "update desired",
      "unchanged desired",
    ]);
  });

  test("are reported as started without wait", async () => {
    const strategy = fake();
    await up(strategy, project(app("web")));
    strategy.calls.length = 0;
    const report = await up(strategy, project(app("web", v2)), { wait: false });
    expect(outcomes(report)).toEqual({ web: "started" });
    expect(strategy.calls).not.toContain("wait web");
  });

  test.each(["keep", "rollback"] as const)(
    "an update that fails is reported as rolled-back with its error, if the engine does: %s",
    async (onFailedUpdate) => {
      const strategy = fake({ onFailedUpdate });
      await up(strategy, project(app("web")));
      const before = strategy.engine.services.get("web")?.request;
      const report = await up(strategy, project(app("web", bad)));
      expect(report.outcome).toBe("failed");
      expect(report.apps[0]).toMatchObject({
        outcome: "rolled-back",
        now: "previous",
        error: { code: onFailedUpdate === "keep" ? "TASK_FAILED" : "ROLLED_BACK" },
      });
      if (onFailedUpdate === "keep")
        expect(report.apps[0]?.error?.instance).toMatchObject({
          exitCode: 3,
          lastLogLines: ["no disk"],
        });
      expect(report.revertSteps).toEqual([]);
      expect(strategy.engine.services.get("web")?.request).toEqual(before);
    },
  );

  test("that the engine rejects are reported as failed, and the previous version stays", async () => {
    const strategy = fake();
    await up(strategy, project(app("web")));
    fail(strategy, "web", { update: new DeploymentError("IMAGE_NOT_FOUND", "There is no demo:2.") });
    const report = await up(strategy, project(app("web", v2)));
    expect(report.apps[0]).toMatchObject({ outcome: "failed", now: "previous", error: { code: "IMAGE_NOT_FOUND" } });
    expect(report.revertSteps).toEqual([]);
  });

  test("of a service that changed since the plan reject with CONFLICT and the masked differences", async () => {
    const strategy = fake({ listsSettings: true });
    await up(strategy, project(app("web", { env: ["KEY=hunter1"] })));
    strategy.intercept = (call, phase) => {
      if (call.startsWith("preflight") && phase === "after")
        changeManually(strategy, "web", { user: "7:7", env: ["KEY=hunter2"] });
    };
    const report = await up(strategy, project(app("web", { ...v2, env: ["KEY=hunter3"] })));
    expect(report.apps[0]).toMatchObject({
      outcome: "failed",
      now: "previous",
      error: {
        code: "CONFLICT",
        service: "web",
        message: "Service web was modified by another process during this run, so this run did not change it.",
        issues: [
          { field: "env.KEY", message: "env.KEY was *** and is now ***" },
          { field: "user", message: "user was not set and is now 7:7" },
        ],
      },
    });
    expect(JSON.stringify(report)).not.toContain("hunter");
    expect(strategy.engine.services.get("web")?.request.user).toBe("7:7");
  });

  test("that replace do not remove a service that changed since the plan", async () => {
    const strategy = memory({ capabilities: ALL, needsReplacement: () => "It can't" }, { listsSettings: true });
    await up(strategy, project(app("web")));
    strategy.intercept = (call, phase) => {
      if (call.startsWith("preflight") && phase === "after") changeManually(strategy, "web", { user: "7:7" });
    };
    const report = await up(strategy, project(app("web", v2)));
    expect(report.apps[0]).toMatchObject({
      outcome: "failed",
      error: { code: "CONFLICT", issues: [{ field: "user" }] },
    });
    expect(changes(strategy)).not.toContain("remove web");
  });

  test("a service that another run has just deployed from the same request is unchanged", async () => {
    const strategy = fake();
    const other = fake();
    await up(other, project(app("web")));
    const made = other.engine.service("web").request;
    strategy.intercept = (call, phase) => {
      if (call === "deploy web" && phase === "before") strategy.engine.put(made);
    };
    const report = await up(strategy, project(app("web"), after("bad", "web", bad)));
    expect(outcomes(report)).toEqual({ web: "unchanged", bad: "failed" });
    expect(strategy.engine.services.get("web")?.request).toEqual(made);
  });

  test("a service that another run has just deployed from another request stays, and the app fails with ALREADY_EXISTS", async () => {
    const strategy = fake();
    strategy.intercept = (call, phase) => {
      if (call === "deploy web" && phase === "before") strategy.engine.put({ name: "web", image: "demo:9" });
    };
    const report = await up(strategy, project(app("web")));
    expect(report.apps[0]).toMatchObject({ outcome: "failed", now: "previous", error: { code: "ALREADY_EXISTS" } });
    expect(strategy.engine.services.get("web")?.request.image).toBe("demo:9");
  });
});

describe("the revert of a failed run", () => {
  test("runs in reverse order, reports the begin and end of each step, and removes resources last", async () => {
    const strategy = fake();
    await up(strategy, project(app("db"), after("web", "db")));
    strategy.calls.length = 0;
    const events: DeployerEvent[] = [];
    const desired = {
      ...project(
        app("db", v2),
        after("web", "db", v2),
        after("new", "web", { configs: ["conf-a"] }),
        after("bad", "new", bad),
      ),
      resources: [config("conf", "a")],
    };
    const report = await up(strategy, desired, { observer: (event) => events.push(event) });
    expect(outcomes(report)).toEqual({ db: "reverted", web: "reverted", new: "reverted", bad: "failed" });
    expect(report.apps.map(({ now }) => now)).toEqual(["previous", "previous", "absent", "absent"]);
    expect(report.apps.map(({ causedBy }) => causedBy)).toEqual(["Bad", "Bad", "Bad", undefined]);
    expect(steps(report)).toEqual([
      "remove bad done",
      "remove new done",
      "rollback web done",
      "rollback db done",
      "remove conf-a done",
    ]);
    expect(report.resources).toEqual([{ kind: "config", name: "conf-a", outcome: "reverted" }]);
    expect(changes(strategy).slice(-5)).toEqual([
      "remove bad",
      "remove new",
      "rollback web",
      "rollback db",
      "removeResource config conf-a",
    ]);
    const reported = events.flatMap((event) =>
      event.type === "revert" ? [`${event.step.state} ${event.step.service ?? event.step.resource?.name}`] : [],
    );
    expect(reported.slice(0, 4)).toEqual(["begun bad", "done bad", "begun new", "done new"]);
    expect(reported).toHaveLength(10);
  });

  test("updates with the previous settings if the platform has no rollback", async () => {
    const strategy = fake(
      {},
      ALL.filter((name) => name !== "rollback"),
    );
    await up(strategy, project(app("db")));
    const before = strategy.engine.services.get("db")?.request;
    const report = await up(strategy, project(app("db", v2), after("bad", "db", bad)));
    expect(steps(report)).toEqual(["remove bad done", "restore db done"]);
    expect(strategy.engine.services.get("db")?.request).toEqual(before);
  });

  test("deploys a replaced service again with its previous settings", async () => {
    const strategy = fake(
      {},
      ALL.filter((name) => name !== "rollback" && name !== "update"),
    );
    await up(strategy, project(app("db")));
    const before = strategy.engine.services.get("db")?.request;
    const report = await up(strategy, project(app("db", v2), after("bad", "db", bad)));
    expect(steps(report)).toEqual(["remove bad done", "redeploy db done"]);
    expect(strategy.engine.services.get("db")?.request).toEqual(before);
  });

  test("reports leftBehind, and keeps the new version, if the previous settings are unknown", async () => {
    const strategy = fake({}, ["list", "inspect", "wait"]);
    await up(strategy, project(app("db")));
    const report = await up(strategy, project(app("db", v2), after("bad", "db", bad)));
    expect(report.apps[0]).toMatchObject({
      outcome: "failed",
      now: "desired",
      leftBehind: { code: "UNSUPPORTED", service: "db" },
    });
    expect(steps(report)).toEqual(["remove bad done", "redeploy db failed"]);
    expect(strategy.engine.services.get("db")?.request.image).toBe("demo:2");
  });

  test("reports leftBehind and the actual state if a step fails", async () => {
    const strategy = fake();
    await up(strategy, project(app("db")));
    fail(strategy, "db", { rollback: new DeploymentError("ENGINE_ERROR", "It went wrong.") });
    const report = await up(strategy, project(app("db", v2), after("bad", "db", bad)));
    expect(report.apps[0]).toMatchObject({ outcome: "failed", now: "desired", leftBehind: { code: "ENGINE_ERROR" } });
    expect(report.revertSteps).toMatchObject([
      { state: "done" },
      { action: "rollback", state: "failed", error: { code: "ENGINE_ERROR" } },
    ]);
  });

  test("reports leftBehind if the restored version does not become ready", async () => {
    const strategy = fake();
    await up(strategy, project(app("db")));
    strategy.intercept = (call, phase) => {
      if (call !== "rollback db" || phase !== "before") return;
      strategy.engine.processes["db"] = { health: "starting" };
      fail(strategy, "db", { wait: new DeploymentError("TIMEOUT", "It does not run.") });
    };
    const report = await up(strategy, project(app("db", v2), after("bad", "db", bad)));
    expect(report.apps[0]).toMatchObject({ outcome: "failed", now: "previous", leftBehind: { code: "TIMEOUT" } });
  });

  test("restores the previous version after an interrupted update", async () => {
    const caller = new AbortController();
    const strategy = fake();
    await up(strategy, project(app("db"), app("web")));
    const before = strategy.engine.snapshot();
    strategy.engine.processes["db"] = { health: "starting" };
    const report = await up(strategy, project(app("db", v2), app("web", v2)), {
      signal: caller.signal,
      observer: (event) => {
        if (event.type === "phase" && event.phase === "waiting" && event.service === "db")
          setImmediate(() => caller.abort());
        if (event.type === "revert") delete strategy.engine.processes["db"];
      },
    });
    expect(report.outcome).toBe("interrupted");
    expect(outcomes(report)).toEqual({ db: "reverted", web: "reverted" });
    expect(report.apps.map(({ causedBy }) => causedBy)).toEqual([undefined, undefined]);
    expect(strategy.engine.snapshot()).toEqual(before);
  });

  test("deploys removed orphans again after an interruption", async () => {
    const caller = new AbortController();
    const strategy = fake();
    await up(strategy, project(app("db"), app("old"), app("older")));
    const before = strategy.engine.snapshot();
    const report = await up(strategy, project(app("db", v2)), {
      prune: true,
      signal: caller.signal,
      observer: (event) => {
        if (event.type === "removal") caller.abort();
      },
    });
    expect(report.outcome).toBe("interrupted");
    expect(outcomes(report)).toEqual({ db: "reverted" });
    expect(report.orphans.map(({ service, outcome }) => `${service} ${outcome}`)).toEqual([
      "old reverted",
      "older reverted",
    ]);
    expect(strategy.engine.snapshot()).toEqual(before);
  });

  test("does not run if only pruning fails: the run is failed, and its updates stay", async () => {
    const strategy = fake();
    await up(strategy, project(app("db"), app("old"), app("older")));
    fail(strategy, "old", { remove: new DeploymentError("TIMEOUT", "old does not go.") });
    const report = await up(strategy, project(app("db", v2)), { prune: true });
    expect(report).toMatchObject({ outcome: "failed", apps: [{ outcome: "updated" }], revertSteps: [] });
    expect(report.orphans).toMatchObject([
      { service: "old", outcome: "failed", error: { code: "TIMEOUT" } },
      { service: "older", outcome: "removed" },
    ]);
  });

  test("prune removes nothing if the run fails, even with keepFailed", async () => {
    const strategy = fake();
    await up(strategy, project(app("db"), app("old")));
    const report = await up(strategy, project(app("db", v2), app("bad", bad)), { prune: true, keepFailed: true });
    expect(outcomes(report)).toEqual({ db: "updated", bad: "failed" });
    expect(strategy.engine.services.has("old")).toBe(true);
  });

  test("removes new resources if another can't be created, and no app is changed", async () => {
    const strategy = fake();
    await up(strategy, project(app("db")));
    strategy.intercept = (call) => {
      if (call === "createResource config conf-b") throw new DeploymentError("ENGINE_ERROR", "It went wrong.");
    };
    const desired = {
      ...project(app("db", v2)),
      resources: [config("one", "a"), { ...config("conf", "b"), key: "conf" }],
    };
    const report = await up(strategy, desired);
    expect(report).toMatchObject({
      outcome: "failed",
      apps: [{ outcome: "skipped", now: "previous", causedBy: "conf" }],
    });
    expect(report.resources).toMatchObject([
      { name: "one-a", outcome: "reverted" },
      { name: "conf-b", outcome: "failed", error: { code: "ENGINE_ERROR" } },
    ]);
    expect(strategy.engine.resources.keys().length).toBe(0);
    expect(changes(strategy)).not.toContain("update db");
  });
});

describe("a service that does not run", () => {
  test.each(["stopped", "failed", "completed"] as const)("is updated if it has %s", async (state) => {
    const strategy = fake();
    await up(strategy, project(app("web")));
    if (state === "stopped") strategy.engine.stop("web");
    else strategy.engine.exit("web", state === "failed" ? 3 : 0);
    const report = await up(strategy, project(app("web")));
    expect(outcomes(report)).toEqual({ web: "updated" });
    expect(changes(strategy).at(-1)).toBe("update web");
  });

  test("is updated if an earlier deploy or update was interrupted", async () => {
    const strategy = fake();
    await up(strategy, project(app("web")));
    strategy.engine.service("web").status = { unfinished: true };
    const report = await up(strategy, project(app("web")));
    expect(report.apps[0]).toMatchObject({ action: "update", outcome: "updated" });
    expect((await strategy.inspect("web")).unfinished).toBeUndefined();
  });

  test("is unchanged if 0 replicas are desired, or if it has completed as a one-shot", async () => {
    const strategy = fake();
    const none = app("web", { mode: { Replicated: { Replicas: 0 } } });
    const job = app("job", { restart: { Condition: "on-failure" } });
    await up(strategy, project(none, job));
    strategy.engine.stop("web");
    strategy.engine.exit("job", 0);
    strategy.calls.length = 0;
    expect(outcomes(await up(strategy, project(none, job)))).toEqual({ web: "unchanged", job: "unchanged" });
    expect(strategy.calls).toEqual(["list"]);
  });

  test("fails the run and is reverted if it fails again", async () => {
    const strategy = fake({ onFailedUpdate: "leave" });
    await up(strategy, project(app("web", { ...bad })), { keepFailed: true });
    const report = await up(strategy, project(app("web", { ...bad })));
    expect(report.apps[0]).toMatchObject({
      action: "update",
      outcome: "failed",
      now: "previous",
      error: { code: "TASK_FAILED" },
    });
    expect(steps(report)).toEqual(["rollback web done"]);
  });

  test("is waited for, and not updated, if it runs and is unhealthy", async () => {
    const strategy = fake();
    await up(strategy, project(app("web")));
    for (const instance of strategy.engine.service("web").instances) instance.process = { health: "unhealthy" };
    const report = await up(strategy, project(app("web")));
    expect(report.apps[0]).toMatchObject({ action: "unchanged", outcome: "failed", now: "desired" });
    expect(changes(strategy)).toEqual(["deploy web"]);
  });
});
