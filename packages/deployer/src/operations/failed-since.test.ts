import { DeploymentError } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { ALL, app, memory, project, withRestarts } from "../../test/fixtures.js";
import type { DeployerEvent } from "../model/events.js";
import { changeProcesses } from "./processes.js";
import { rollback } from "./rollback.js";
import { up } from "./up.js";
import { waitFor } from "./wait-for.js";

let now = 0;
beforeEach(() => {
  const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
  return () => clock.mockRestore();
});

const fake = () => memory({ capabilities: [...ALL, "restart", "stop"] });
const slow = app("slow", { dependsOn: [{ service: "web", condition: "service_started" }] });
const desired = project(app("web"), slow);
const slow2 = { ...slow, request: { ...slow.request, image: "demo:2" } };
const v2 = project(app("web", { image: "demo:2" }), slow2);

/** Ends the process of `web` while an operation waits for `slow`, which is ready after some seconds. */
function exitMeanwhile(strategy: MemoryDeploymentStrategy, { afterMs = 10_000, exitCode = 3 } = {}): void {
  strategy.calls.length = 0;
  strategy.intercept = async (call, phase) => {
    if (call !== "wait slow" || phase !== "after") return;
    strategy.intercept = undefined;
    // Other waits end first.
    await new Promise(setImmediate);
    now += afterMs;
    strategy.engine.exit("web", exitCode);
  };
}

const outcomes = ({ apps }: { apps: readonly { service: string; outcome: string; error?: DeploymentError }[] }) =>
  Object.fromEntries(
    apps.map(({ service, outcome, error }) => [service, error ? `${outcome} ${error.code}` : outcome]),
  );

describe("an app that fails after it was ready, while the operation waits for another app,", () => {
  test("makes up fail, which reverts the run", async () => {
    const strategy = fake();
    exitMeanwhile(strategy);
    const events: DeployerEvent[] = [];
    const report = await up(strategy, desired, { observer: (event) => events.push(event) });
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual({ web: "failed TASK_FAILED", slow: "reverted" });
    expect(report.apps[0]).toMatchObject({ error: { instance: { exitCode: 3 } }, now: "absent", elapsedMs: 10_000 });
    expect(report.apps[1]).toMatchObject({ causedBy: "Web" });
    const verdicts = events.flatMap((event) =>
      event.type === "verdict" ? [`${event.verdict.service} ${event.verdict.outcome}`] : [],
    );
    expect(verdicts).toEqual(["web running", "slow running", "web failed", "slow reverted"]);
    expect(strategy.engine.services.size).toBe(0);
  });

  test("makes up fail although the run did not change it, and its update is reverted", async () => {
    const strategy = fake();
    await up(strategy, desired);
    exitMeanwhile(strategy);
    const report = await up(strategy, project(app("web"), slow2));
    expect(outcomes(report)).toEqual({ web: "failed TASK_FAILED", slow: "reverted" });
    expect(strategy.engine.service("slow").request.image).toBe("demo:1");
  });

  test("makes up fail before it removes orphans", async () => {
    const strategy = fake();
    await up(strategy, project(app("old")));
    exitMeanwhile(strategy);
    const report = await up(strategy, desired, { prune: true });
    expect(report.orphans).toEqual([]);
    expect([...strategy.engine.services.keys()]).toEqual(["old"]);
  });

  test("stays with keepFailed, and up reports it", async () => {
    const strategy = fake();
    exitMeanwhile(strategy);
    const report = await up(strategy, desired, { keepFailed: true });
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual({ web: "failed TASK_FAILED", slow: "running" });
    expect(strategy.engine.services.size).toBe(2);
  });

  test.each(["restart", "start"] as const)("makes %s fail", async (operation) => {
    const strategy = fake();
    await up(strategy, desired);
    if (operation === "start") await changeProcesses(strategy, desired, "stop");
    exitMeanwhile(strategy);
    const report = await changeProcesses(strategy, desired, operation);
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual({ web: "failed TASK_FAILED", slow: "running" });
    expect(report.apps[0]).not.toHaveProperty("status");
  });

  test("makes rollback fail", async () => {
    const strategy = fake();
    await up(strategy, desired);
    await up(strategy, v2);
    exitMeanwhile(strategy);
    const report = await rollback(strategy, desired);
    expect(report.outcome).toBe("failed");
    expect(outcomes(report)).toEqual({ web: "failed TASK_FAILED", slow: "running" });
  });

  test("makes waitFor fail", async () => {
    const strategy = fake();
    await up(strategy, desired);
    exitMeanwhile(strategy);
    const report = await waitFor(strategy, desired, desired.apps);
    expect(outcomes(report)).toEqual({ web: "failed TASK_FAILED", slow: "running" });
  });
});

describe("an app that was restarted after it was ready, while the operation waits for another app,", () => {
  /**
   * The engine restarts `web` while an operation waits for `slow`. The next wait for `web` has the result of `again`.
   * @param listed the number of restarts in a listing.
   */
  function restartMeanwhile(strategy: MemoryDeploymentStrategy, again?: () => Promise<never>, listed?: number) {
    const inspect = vi.spyOn(strategy, "inspect");
    const wait = vi.spyOn(strategy, "wait");
    const list = vi.spyOn(strategy, "list");
    strategy.intercept = async (call, phase) => {
      if (call !== "wait slow" || phase !== "after") return;
      strategy.intercept = undefined;
      await new Promise(setImmediate);
      now += 10_000;
      const status = await strategy.inspect("web");
      wait.mockImplementationOnce(again ?? (async () => status));
      inspect.mockClear();
      inspect.mockResolvedValueOnce(withRestarts(status, 1));
      list.mockImplementationOnce(async (options) =>
        (await strategy.list(options)).map((each) => withRestarts(each, listed)),
      );
    };
    return { inspect, wait };
  }
  const waitsFor = (wait: { mock: { calls: [string, { settleMs?: number }?][] } }) =>
    wait.mock.calls.map(([name, options]) => [name, options?.settleMs]);

  test.each([
    ["inspected if the listing leaves them out", undefined, 1],
    ["those of the listing", 1, 0],
  ])("must run for 10 s, and its restarts are %s", async (_, listed, inspections) => {
    const strategy = fake();
    const { wait, inspect } = restartMeanwhile(strategy, undefined, listed);
    expect(await up(strategy, desired)).toMatchObject({ outcome: "ok" });
    expect(inspect).toHaveBeenCalledTimes(inspections);
    expect(waitsFor(wait)).toEqual([
      ["web", undefined],
      ["slow", undefined],
      ["web", 10_000],
    ]);
  });

  test("makes up fail if it is in a crash loop", async () => {
    const strategy = fake();
    restartMeanwhile(strategy, async () => {
      throw new DeploymentError("TASK_FAILED", "Service web is in a crash loop.");
    });
    const report = await up(strategy, desired);
    expect(outcomes(report)).toEqual({ web: "failed TASK_FAILED", slow: "reverted" });
  });

  test("is not waited for again if the run did not wait for it", async () => {
    const strategy = fake();
    await up(strategy, project(app("web")));
    const { wait, inspect } = restartMeanwhile(strategy);
    expect(await up(strategy, desired)).toMatchObject({ outcome: "ok" });
    expect(waitsFor(wait)).toEqual([["slow", undefined]]);
    expect(inspect).not.toHaveBeenCalled();
  });
});

test("an app that has completed since stays ready", async () => {
  const strategy = fake();
  exitMeanwhile(strategy, { exitCode: 0 });
  expect(await up(strategy, desired)).toMatchObject({ outcome: "ok" });
});

test("apps are observed again only if one of them has been ready for more than 5 s", async () => {
  const strategy = fake();
  exitMeanwhile(strategy, { afterMs: 5_000 });
  await up(strategy, desired);
  expect(strategy.calls.slice(strategy.calls.indexOf("wait slow"))).toEqual(["wait slow", "unlock factory"]);
});

test("apps are waited for again if they can't be listed", async () => {
  const strategy = fake();
  exitMeanwhile(strategy, { exitCode: 0 });
  const list = vi.spyOn(strategy, "list");
  const { intercept } = strategy;
  strategy.intercept = (call, phase) => {
    if (call === "wait slow" && phase === "after") list.mockRejectedValueOnce(new Error("no answer"));
    return intercept?.(call, phase);
  };
  expect(await up(strategy, desired)).toMatchObject({ outcome: "ok" });
  const end = strategy.calls.slice(strategy.calls.indexOf("wait slow"));
  expect(end).toEqual(["wait slow", "wait web", "unlock factory"]);
});

test("an interrupted run does not observe its apps again", async () => {
  const strategy = fake();
  const stop = new AbortController();
  exitMeanwhile(strategy);
  const { intercept } = strategy;
  strategy.intercept = (call, phase) => {
    if (call === "wait slow") stop.abort();
    return intercept?.(call, phase);
  };
  const report = await up(strategy, desired, { signal: stop.signal });
  expect(report.outcome).toBe("interrupted");
});
