import { DeploymentError, type LockHolder } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { ALL, app, changes, memory, project } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { down } from "./down.js";
import { up } from "./up.js";

const fake = () => memory({ capabilities: ALL });
const elsewhere: LockHolder = {
  id: "elsewhere/x/x/x/1/x/1",
  owner: "ada@bench (ofdeploy up, pid 1)",
  since: "2026-01-01T00:00:00Z",
};
/** A process of this machine that is no more: no process has such an id. */
const gone = async (): Promise<LockHolder> => {
  const { newHolder } = await import("./lock.js");
  return { ...newHolder("up"), id: newHolder("up").id.replace(`/${process.pid}/`, "/99999999/") };
};
const locks = (events: DeployerEvent[]) => events.flatMap((event) => (event.type === "lock" ? [event.lock.state] : []));
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (DeploymentError.isInstance(error) ? error : undefined),
  );

test("is taken before the first change, and let go of at the end", async () => {
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

test("is let go of after a failure too", async () => {
  const strategy = fake();
  const report = await up(strategy, project(app("web", { command: "sh -c 'exit 3'" })));
  expect(report.outcome).toBe("failed");
  expect(strategy.engine.locks.size).toBe(0);
});

test("a run that changes nothing takes none", async () => {
  const strategy = fake();
  await up(strategy, project(app("web")));
  strategy.engine.locks.set("factory", elsewhere);
  strategy.calls.length = 0;
  expect((await up(strategy, project(app("web")))).outcome).toBe("ok");
  expect(strategy.calls).toEqual(["list"]);
});

test("somebody else's ends the run, with who has it since when, before anything is changed", async () => {
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

test("is taken by force where that is asked for, and says so", async () => {
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

test("a killed process's is taken over at once, and says so", async () => {
  const strategy = fake();
  strategy.engine.locks.set("factory", await gone());
  const report = await up(strategy, project(app("web")));
  expect(report).toMatchObject({ outcome: "ok", warnings: [{ code: "LOCK_TAKEN_OVER" }] });
  expect(strategy.engine.locks.size).toBe(0);
});

test("of two that take over a killed process's, one gets it", async () => {
  const first = fake();
  const second = memory({ capabilities: ALL }, { engine: first.engine });
  first.engine.locks.set("factory", await gone());
  const results = await Promise.all([codeOf(up(first, project(app("web")))), codeOf(up(second, project(app("db"))))]);
  expect(results.map((error) => error?.code).sort()).toEqual(["CONFLICT", undefined]);
});

test("where it can't be let go of, the run says so", async () => {
  const strategy = fake();
  strategy.intercept = (call) => {
    if (call.startsWith("unlock")) throw new DeploymentError("ENGINE_UNREACHABLE", "Nobody answers.");
  };
  const report = await up(strategy, project(app("web")));
  expect(report).toMatchObject({
    outcome: "ok",
    warnings: [{ code: "LOCK_NOT_RELEASED", reason: expect.stringContaining("Nobody answers") }],
  });
});

test("one whose taking got no answer is let go of", async () => {
  const strategy = fake();
  strategy.intercept = (call, phase) => {
    if (call.startsWith("lock") && phase === "after") throw new DeploymentError("TIMEOUT", "No answer in time.");
  };
  expect((await codeOf(up(strategy, project(app("web")))))?.code).toBe("TIMEOUT");
  expect(strategy.engine.locks.size).toBe(0);
  expect(changes(strategy)).toEqual([]);
});
