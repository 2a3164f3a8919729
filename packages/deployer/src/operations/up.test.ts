import { DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { app, changes, fail, memory, project } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { APP_LABEL, PROJECT_LABEL, REQUEST_LABEL, RUN_LABEL } from "../model/labels.js";
import { requestHash } from "../model/request-hash.js";
import { down } from "./down.js";
import { up } from "./up.js";

const crash = new DeploymentError("TASK_FAILED", "db ended with exit code 3.", {
  instance: { id: "1", exitCode: 3, lastLogLines: ["no disk"] },
});
const after = (
  service: string,
  condition: "service_started" | "service_healthy" | "service_completed_successfully",
) => ({
  dependsOn: [{ service, condition }],
});
const outcomes = (report: { apps: readonly { service: string; outcome: string }[] }) =>
  Object.fromEntries(report.apps.map(({ service, outcome }) => [service, outcome]));
const codeOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return DeploymentError.isInstance(error) ? error : undefined;
};

describe("up", () => {
  test("deploys every app with ownership labels, and waits for it", async () => {
    const strategy = memory();
    const web = app("web", { labels: { tier: "front" } });
    const report = await up(strategy, project(web, app("job", { command: ["exit", "0"] })));
    expect(report.outcome).toBe("ok");
    expect(outcomes(report)).toEqual({ web: "running", job: "completed" });
    expect(strategy.engine.services.get("web")?.request.labels).toEqual({
      tier: "front",
      [PROJECT_LABEL]: "factory",
      [APP_LABEL]: "Web",
      [REQUEST_LABEL]: requestHash(web.request),
      [RUN_LABEL]: report.run,
    });
    expect(web.request.labels).toEqual({ tier: "front" });
  });

  test("a second run changes nothing and costs one listing", async () => {
    const strategy = memory();
    const desired = project(app("web"), app("db"));
    await up(strategy, desired);
    strategy.calls.length = 0;
    const report = await up(strategy, desired);
    expect(outcomes(report)).toEqual({ web: "unchanged", db: "unchanged" });
    expect(strategy.calls).toEqual(["list"]);
  });

  test("an unchanged app that is not ready is waited for, and one that has failed fails the run", async () => {
    const strategy = memory();
    const desired = project(app("web"), app("db"));
    await up(strategy, desired);
    strategy.engine.exit("db", 3);
    fail(strategy, "db", { wait: crash });
    const report = await up(strategy, desired);
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual({ web: "unchanged", db: "failed" });
    expect(strategy.engine.services.has("db")).toBe(true);
  });

  test("an unchanged app does not wait for dependencies, and is not skipped if one fails", async () => {
    const strategy = memory();
    await up(strategy, project(app("web")));
    strategy.engine.services.delete("db");
    fail(strategy, "db", { wait: crash });
    const web = strategy.engine.services.get("web");
    const desired = project(app("db"), app("web", after("db", "service_healthy")));
    const report = await up(strategy, desired);
    expect(outcomes(report)).toEqual({ db: "failed", web: "unchanged" });
    expect(strategy.engine.services.get("web")).toBe(web);
  });

  test("rejects with CONFLICT and all findings if services belong to something else", async () => {
    const strategy = memory();
    await up(strategy, project(app("web")));
    strategy.engine.put({ name: "db" });
    strategy.engine.put({ name: "ui", labels: { [PROJECT_LABEL]: "other" } });
    strategy.calls.length = 0;
    const desired = project(app("web", { image: "demo:2" }), app("db"), app("ui"), app("new"));
    const error = await codeOf(up(strategy, desired));
    expect(error?.code).toBe("CONFLICT");
    expect(error?.issues.map(({ message }) => message)).toEqual([
      expect.stringContaining("Db: a service named db already exists"),
      expect.stringContaining("belongs to the project other"),
    ]);
    expect(error?.hint).toContain("--adopt");
    expect(error?.issues[0]?.location).toEqual({ file: "openfactory.yml", line: 2, column: 3 });
    expect(strategy.calls).toEqual(["list"]);
  });

  test("checks every request before any call", async () => {
    const strategy = memory();
    const error = await codeOf(
      up(strategy, project(app("web"), app("db", { image: "Bad Image" }), app("ui", { openFiles: -1 }))),
    );
    expect(error?.code).toBe("INVALID_REQUEST");
    expect(error?.issues).toHaveLength(2);
    expect(strategy.calls).toEqual([]);
  });

  test("reports an unsupported field as one warning, and rejects it in strict mode", async () => {
    const manifest = { supportedFields: ["image", "name", "env", "labels"] as const };
    const desired = project(app("web", { user: "1:1" }));
    const strict = memory(manifest);
    expect((await codeOf(up(strict, desired, { strict: true })))?.code).toBe("UNSUPPORTED");
    expect(strict.calls).toEqual([]);

    const events: DeployerEvent[] = [];
    const report = await up(memory(manifest), desired, { observer: (event) => events.push(event) });
    expect(report.apps[0]?.warnings).toMatchObject([{ code: "FIELD_NOT_SUPPORTED", field: "user" }]);
    expect(events.filter(({ type }) => type === "warning")).toHaveLength(1);
  });

  test("rejects circular and unknown dependencies, duplicate names, and reserved labels", async () => {
    const started = "service_started" as const;
    const circle = project(
      app("aa", after("bb", started)),
      app("bb", after("cc", started)),
      app("cc", after("aa", started)),
    );
    expect((await codeOf(up(memory(), circle)))?.message).toContain("Aa -> Bb -> Cc -> Aa");
    expect((await codeOf(up(memory(), project(app("aa", after("zz", started))))))?.message).toContain("service zz");
    expect((await codeOf(up(memory(), project(app("aa"), { ...app("aa"), key: "Twin" }))))?.message).toContain("Twin");
    const marked = project(app("aa", { labels: { [PROJECT_LABEL]: "mine" } }));
    expect((await codeOf(up(memory(), marked)))?.code).toBe("INVALID_REQUEST");
  });

  test("an app starts when its dependencies have the required state", async () => {
    const strategy = memory();
    let waits = 0;
    strategy.intercept = (call, phase) => {
      if (call === "wait init" && phase === "before" && (waits += 1) === 3) strategy.engine.exit("init", 0);
    };
    const desired = project(
      app("web", after("db", "service_healthy")),
      app("db", after("init", "service_completed_successfully")),
      app("init"),
    );
    const report = await up(strategy, desired, { wait: false });
    expect(strategy.calls.filter((call) => !call.startsWith("inspect"))).toEqual([
      "list",
      "deploy init",
      "wait init",
      "wait init",
      "wait init",
      "deploy db",
      "wait db",
      "deploy web",
    ]);
    expect(outcomes(report)).toEqual({ web: "started", db: "running", init: "completed" });
  });

  test("the dependents of an app that never completes are skipped after the time limit", async () => {
    const strategy = memory();
    const desired = project(app("db", after("init", "service_completed_successfully")), app("init"));
    const report = await up(strategy, desired, { timeoutMs: 300 });
    expect(report.apps[1]?.error?.code).toBe("TIMEOUT");
    expect(report.apps[0]).toMatchObject({ outcome: "skipped", causedBy: "Init" });
  });

  test("deploys at most `concurrency` apps at the same time", async () => {
    const apps = Array.from({ length: 12 }, (_, index) => app(`app${index}`));
    const strategy = memory();
    let deploying = 0;
    let most = 0;
    strategy.intercept = async (call, phase) => {
      if (!call.startsWith("deploy")) return;
      deploying += phase === "before" ? 1 : -1;
      most = Math.max(most, deploying);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await up(strategy, project(...apps), { concurrency: 3 });
    expect(most).toBe(3);
    expect(strategy.engine.services.size).toBe(12);
  });

  test("a failure removes the services of the run, dependents first, and no others", async () => {
    const strategy = memory({}, { failOn: { db: { wait: crash } } });
    await up(strategy, project(app("old")));
    const desired = project(
      app("old"),
      app("cache"),
      app("ui", after("cache", "service_healthy")),
      app("db", after("ui", "service_healthy")),
      app("web", after("db", "service_healthy")),
    );
    strategy.calls.length = 0;
    const report = await up(strategy, desired);
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual({
      old: "unchanged",
      cache: "reverted",
      ui: "reverted",
      db: "failed",
      web: "skipped",
    });
    expect(report.apps[3]).toMatchObject({ error: { code: "TASK_FAILED" }, now: "absent" });
    expect(report.apps[4]).toMatchObject({ causedBy: "Db" });
    expect(changes(strategy)).toEqual([
      "deploy cache",
      "deploy ui",
      "deploy db",
      "remove db",
      "remove ui",
      "remove cache",
    ]);
    expect([...strategy.engine.services.keys()]).toEqual(["old"]);
  });

  test("keepFailed keeps new services, and continues with the apps that don't depend on the failed one", async () => {
    const strategy = memory({}, { failOn: { db: { wait: crash } } });
    const desired = project(app("db"), app("web", after("db", "service_healthy")), app("ui"));
    const report = await up(strategy, desired, { keepFailed: true });
    expect(outcomes(report)).toEqual({ db: "failed", web: "skipped", ui: "running" });
    expect([...strategy.engine.services.keys()]).toEqual(["db", "ui"]);
  });

  test("reports leftBehind for a service that can't be reverted", async () => {
    const stuck = new DeploymentError("TIMEOUT", "ui does not go.");
    const strategy = memory({}, { failOn: { db: { wait: crash }, ui: { remove: stuck } } });
    const report = await up(strategy, project(app("ui"), app("db", after("ui", "service_healthy"))));
    expect(report.apps[0]).toMatchObject({ outcome: "failed", leftBehind: { code: "TIMEOUT" } });
  });

  test("the caller's signal ends the run, and the revert has a signal of its own", async () => {
    const caller = new AbortController();
    const strategy = memory();
    strategy.engine.processes["db"] = { health: "starting" };
    const desired = project(
      app("ui"),
      app("db", after("ui", "service_healthy")),
      app("web", after("db", "service_healthy")),
    );
    const report = await up(strategy, desired, {
      signal: caller.signal,
      observer: (event) => {
        if (event.type === "phase" && event.phase === "waiting" && event.service === "db")
          setImmediate(() => caller.abort());
      },
    });
    expect(report.outcome).toBe("interrupted");
    expect(outcomes(report)).toEqual({ ui: "reverted", db: "reverted", web: "skipped" });
    expect(strategy.engine.services.size).toBe(0);
  });

  test("the last verdict event of each app is the verdict in the report", async () => {
    const reported = new Map<string, string>();
    const strategy = memory({}, { failOn: { db: { wait: crash } } });
    const report = await up(strategy, project(app("ui"), app("db", after("ui", "service_healthy")), app("web")), {
      observer: (event) => {
        if (event.type === "verdict") reported.set(event.verdict.service, event.verdict.outcome);
      },
    });
    expect(Object.fromEntries(reported)).toEqual(outcomes(report));
  });

  test("reports any other error of a strategy as ENGINE_ERROR", async () => {
    const strategy = memory(
      {},
      {
        failOn: {
          web: { deploy: new TypeError("x is undefined") as unknown as DeploymentError },
        },
      },
    );
    const report = await up(strategy, project(app("web")));
    expect(report.apps[0]?.error).toMatchObject({ code: "ENGINE_ERROR", service: "web", strategy: "memory" });
  });
});

describe("with a strategy with few capabilities", () => {
  const bare = () => memory({ capabilities: [], supportedFields: ["image", "name", "env"] });

  test("up() deploys without labels or waiting, with warnings, even in strict mode", async () => {
    const strategy = bare();
    const report = await up(strategy, project(app("web")), { strict: true });
    expect(outcomes(report)).toEqual({ web: "started" });
    expect(report.warnings.map(({ code }) => code)).toEqual(["OWNERS_UNKNOWN", "NO_WAIT"]);
    expect(strategy.calls).toEqual(["deploy web"]);
    expect(strategy.engine.service("web").request.labels).toBeUndefined();
  });

  test("up() fails with ALREADY_EXISTS for a name in use, and the existing service stays", async () => {
    const strategy = bare();
    strategy.engine.put({ name: "web" });
    const report = await up(strategy, project(app("web")));
    expect(report.apps[0]?.error?.code).toBe("ALREADY_EXISTS");
    expect(changes(strategy)).toEqual(["deploy web"]);
  });

  test("down() removes services by the names of the apps", async () => {
    const strategy = bare();
    strategy.engine.put({ name: "web" });
    const report = await down(strategy, project(app("web"), app("db")));
    expect(report.outcome).toBe("ok");
    expect(report.warnings.map(({ code }) => code)).toEqual(["OWNERS_UNKNOWN"]);
    expect(strategy.engine.services.size).toBe(0);
  });

  test("up() recognizes owners with inspect alone", async () => {
    const strategy = memory({ capabilities: ["inspect"] });
    await up(strategy, project(app("web")));
    expect(outcomes(await up(strategy, project(app("web"))))).toEqual({ web: "unchanged" });
  });
});
