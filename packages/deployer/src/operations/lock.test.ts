import { DeploymentError, type LockHolder } from "@openfactory/deploy-core";
import { expect, test, vi } from "vitest";
import { ALL, app, changes, memory, project } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { down } from "./down.js";
import { changeProcesses } from "./processes.js";
import { scale } from "./scale.js";
import { up } from "./up.js";

const fake = () => memory({ capabilities: ALL });
const elsewhere: LockHolder = {
  id: "elsewhere/x/x/x/1/x/1",
  owner: "ada@bench (ofdeploy up, pid 1)",
  since: "2026-01-01T00:00:00Z",
};
/** A process of this machine that is no more: no process has such an id. */
const gone = async (): Promise<LockHolder> => {
  const { newHolder } = await import("./lock-holder.js");
  return { ...newHolder("up"), id: newHolder("up").id.replace(`/${process.pid}/`, "/99999999/") };
};
const locks = (events: DeployerEvent[]) => events.flatMap((event) => (event.type === "lock" ? [event.lock.state] : []));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (DeploymentError.isInstance(error) ? error : undefined),
  );

test("up() acquires the lock before the first change, and releases it at the end", async () => {
  const strategy = fake();
  const events: DeployerEvent[] = [];
  await up(strategy, project(app("web")), { observer: (event) => events.push(event) });
  const lock = strategy.calls.indexOf("lock factory");
  expect(lock).toBeGreaterThan(strategy.calls.indexOf("list"));
  expect(lock).toBeLessThan(strategy.calls.indexOf("deploy web"));
  expect(strategy.calls.at(-1)).toBe("unlock factory");
  expect(locks(events)).toEqual(["taken", "released"]);
  expect(strategy.engine.locks.size).toBe(0);
});

test("up() releases the lock after a failure", async () => {
  const strategy = fake();
  const report = await up(strategy, project(app("web", { command: "sh -c 'exit 3'" })));
  expect(report.outcome).toBe("failed");
  expect(strategy.engine.locks.size).toBe(0);
});

test("a run without changes acquires no lock", async () => {
  const strategy = fake();
  await up(strategy, project(app("web")));
  strategy.engine.locks.set("factory", elsewhere);
  strategy.calls.length = 0;
  expect((await up(strategy, project(app("web")))).outcome).toBe("ok");
  expect(strategy.calls).toEqual(["list"]);
});

test("up() rejects with CONFLICT and the holder before any change if another process holds the lock", async () => {
  const strategy = fake();
  strategy.engine.locks.set("factory", elsewhere);
  const error = await codeOf(up(strategy, project(app("web"))));
  expect(error).toMatchObject({ code: "CONFLICT", hint: expect.stringMatching(/probably killed.*--force-unlock/) });
  expect(error?.message).toMatch(/ada@bench \(ofdeploy up, pid 1\) since 2026-01-01T00:00:00Z \(\d+ h ago\)/);
  expect(changes(strategy)).toEqual([]);
  expect(strategy.engine.locks.get("factory")).toBe(elsewhere);
  expect((await codeOf(down(strategy, project(app("web")))))?.code).toBeUndefined();
  strategy.engine.put({ name: "web", labels: { "org.openfactory.deploy.project": "factory" } });
  expect((await codeOf(down(strategy, project(app("web")))))?.code).toBe("CONFLICT");
});

test("forceUnlock releases the lock of another process, with a warning", async () => {
  const strategy = fake();
  strategy.engine.locks.set("factory", elsewhere);
  const events: DeployerEvent[] = [];
  const report = await up(strategy, project(app("web")), {
    forceUnlock: true,
    observer: (event) => events.push(event),
  });
  expect(report.outcome).toBe("ok");
  expect(report.warnings).toMatchObject([{ code: "LOCK_TAKEN_OVER", reason: expect.stringContaining("ada@bench") }]);
  expect(locks(events)).toEqual(["taken-over", "taken", "released"]);
});

test("the lock of a killed process is released, with a warning", async () => {
  const strategy = fake();
  strategy.engine.locks.set("factory", await gone());
  const report = await up(strategy, project(app("web")));
  expect(report).toMatchObject({ outcome: "ok", warnings: [{ code: "LOCK_TAKEN_OVER" }] });
  expect(strategy.engine.locks.size).toBe(0);
});

test("one of two runs acquires the lock of a killed process", async () => {
  const first = fake();
  const second = memory({ capabilities: ALL }, { engine: first.engine });
  first.engine.locks.set("factory", await gone());
  const results = await Promise.all([codeOf(up(first, project(app("web")))), codeOf(up(second, project(app("db"))))]);
  expect(results.map((error) => error?.code).sort()).toEqual(["CONFLICT", undefined]);
});

test("a run that can't release its lock reports a warning", async () => {
  const strategy = fake();
  strategy.intercept = (call) => {
    if (call.startsWith("unlock")) throw new DeploymentError("ENGINE_UNREACHABLE", "No answer.");
  };
  const report = await up(strategy, project(app("web")));
  expect(report).toMatchObject({
    outcome: "ok",
    warnings: [{ code: "LOCK_NOT_RELEASED", reason: expect.stringContaining("No answer") }],
  });
});

test("the release of a lock is repeated after a short failure of the engine, and not after a time limit", async () => {
  const strategy = fake();
  let failures = 2;
  let code: "ENGINE_UNREACHABLE" | "TIMEOUT" = "ENGINE_UNREACHABLE";
  strategy.intercept = (call, phase) => {
    if (phase === "before" && call.startsWith("unlock") && failures-- > 0)
      throw new DeploymentError(code, "No answer.");
  };
  expect((await up(strategy, project(app("web")))).warnings).toEqual([]);
  expect(strategy.engine.locks.size).toBe(0);
  failures = 1;
  code = "TIMEOUT";
  const { warnings } = await down(strategy, project(app("web")));
  expect(warnings).toMatchObject([{ code: "LOCK_NOT_RELEASED" }]);
});

test("a warning names the lock if its acquisition and its release got no answer", async () => {
  const strategy = fake();
  strategy.intercept = (call, phase) => {
    if (phase === "after" ? call.startsWith("lock") : call.startsWith("unlock"))
      throw new DeploymentError("TIMEOUT", "No answer in time.");
  };
  const events: DeployerEvent[] = [];
  const observer = (event: DeployerEvent): void => void events.push(event);
  expect((await codeOf(up(strategy, project(app("web")), { observer })))?.code).toBe("TIMEOUT");
  expect(events).toContainEqual({
    type: "warning",
    warning: { code: "LOCK_NOT_RELEASED", reason: expect.stringContaining("No answer in time") },
  });
});

test("a lock is released if the answer to its acquisition was lost", async () => {
  const strategy = fake();
  strategy.intercept = (call, phase) => {
    if (call.startsWith("lock") && phase === "after") throw new DeploymentError("TIMEOUT", "No answer in time.");
  };
  expect((await codeOf(up(strategy, project(app("web")))))?.code).toBe("TIMEOUT");
  expect(strategy.engine.locks.size).toBe(0);
  expect(changes(strategy)).toEqual([]);
});

test("forceUnlock releases the lock of another process in a run without changes", async () => {
  const strategy = fake();
  await up(strategy, project(app("web")));
  strategy.engine.locks.set("factory", elsewhere);
  const report = await up(strategy, project(app("web")), { forceUnlock: true });
  expect(report).toMatchObject({ outcome: "ok", warnings: [{ code: "LOCK_TAKEN_OVER" }] });
  expect(strategy.engine.locks.size).toBe(0);
  strategy.engine.locks.set("factory", elsewhere);
  await down(strategy, project(app("web")), { forceUnlock: true });
  strategy.engine.locks.set("factory", elsewhere);
  const nothing = await down(strategy, project(app("web")), { forceUnlock: true });
  expect(nothing).toMatchObject({ services: [], warnings: [{ code: "LOCK_TAKEN_OVER" }] });
});

test("forceUnlock reports that there was no lock to release", async () => {
  const strategy = fake();
  const report = await up(strategy, project(app("web")), { forceUnlock: true });
  expect(report.warnings).toMatchObject([{ code: "LOCK_NOT_HELD", reason: expect.stringContaining("was not locked") }]);
  const without = memory({ capabilities: ALL.filter((name) => name !== "lock") });
  const unlocked = await up(without, project(app("web")), { forceUnlock: true });
  expect(unlocked.warnings).toMatchObject([{ code: "LOCK_NOT_HELD", reason: expect.stringContaining("has no locks") }]);
});

test.each(["scale", "restart", "stop", "start"] as const)(
  "%s with forceUnlock and nothing to change reports the lock that it released, and that there was none",
  async (operation) => {
    const strategy = memory({ capabilities: [...ALL, "restart", "stop"] });
    const web = project(app("web"));
    if (operation === "scale") await up(strategy, web);
    const run = () =>
      operation === "scale"
        ? scale(strategy, web, "Web", 1, { forceUnlock: true })
        : changeProcesses(strategy, web, operation, { forceUnlock: true });
    strategy.calls.length = 0;
    expect((await run()).warnings).toMatchObject([{ code: "LOCK_NOT_HELD" }]);
    strategy.engine.locks.set("factory", elsewhere);
    expect((await run()).warnings).toMatchObject([
      { code: "LOCK_TAKEN_OVER", reason: expect.stringContaining("ada@bench") },
    ]);
    expect(strategy.engine.locks.size).toBe(0);
    expect(changes(strategy)).toEqual([]);
  },
);

test("a run whose lock was released by force makes no further change, and reverts nothing", async () => {
  const strategy = fake();
  const clock = vi.spyOn(performance, "now");
  let now = 0;
  clock.mockImplementation(() => now);
  strategy.intercept = (call, phase) => {
    if (call !== "deploy db" || phase !== "after") return;
    strategy.engine.locks.set("factory", elsewhere);
    now += 2000;
  };
  const report = await up(
    strategy,
    project(app("db"), app("web", { dependsOn: [{ service: "db", condition: "service_healthy" }] })),
  );
  clock.mockRestore();
  expect(report.outcome).toBe("failed");
  expect(report.apps[1]?.error).toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("held by ada@bench (ofdeploy up, pid 1) since 2026-01-01T00:00:00Z"),
  });
  expect(changes(strategy)).toEqual(["deploy db"]);
  expect(strategy.engine.locks.get("factory"), "the lock of the other run").toBe(elsewhere);
});
