import { type DeployRequest, type ProgressEvent, supports } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { LATE_END } from "../expectations.js";
import type { Suite } from "../suite.js";

const milliseconds = (count: number): number => count * 1_000_000;

/** Waiting for a service to be ready, to complete or to fail. */
export function waitCases(suite: Suite): void {
  const deployed = async (request: DeployRequest): Promise<string> => {
    await suite.strategy.deploy(request);
    return request.name;
  };

  test("wait() resolves when the process runs", async (context) => {
    const strategy = suite.with(context, "wait");
    const name = await deployed(suite.request());
    const status = await strategy.wait(name);
    expect(status).toMatchObject({ name, state: "running", replicas: { running: 1, desired: 1 } });
    expect((await suite.probes.instances(name)).some(({ running }) => running)).toBe(true);
  });

  test("wait() on a service that becomes healthy later resolves only then", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { healthcheck: { Test: "x" }, command: ["x"] });
    const healthcheck = { Test: suite.programs.health.slow(), Interval: milliseconds(300), Retries: 200 };
    const name = await deployed(suite.request({ command: suite.programs.slowStarter(), healthcheck }));
    const events: ProgressEvent[] = [];
    expect(await strategy.wait(name, { observer: (event) => events.push(event) })).toMatchObject({ state: "running" });
    expect((await suite.probes.instances(name)).map(({ health }) => health)).toEqual(["healthy"]);
    expect(events.map(({ type }) => type)).toContain("waiting");
  });

  test("wait() on a healthy service resolves before its processes have run for settleMs", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { healthcheck: { Test: "x" } });
    const healthcheck = { Test: suite.programs.health.good(), Interval: milliseconds(300), Retries: 200 };
    const name = await deployed(suite.request({ healthcheck }));
    const status = await strategy.wait(name, { settleMs: 600_000, timeoutMs: 60_000 });
    expect(status).toMatchObject({ state: "running", replicas: { running: 1, desired: 1 } });
  });

  test("wait() on a service without a health check whose processes have run for less than settleMs rejects with TIMEOUT", async (context) => {
    const strategy = suite.with(context, "wait");
    const name = await deployed(suite.request());
    await suite.fails(strategy.wait(name, { settleMs: 600_000, timeoutMs: 1500 }), "TIMEOUT", name);
    await suite.untilRunning(name);
  });

  test("wait() on a service that becomes unhealthy rejects with TASK_FAILED", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { healthcheck: { Test: "x" } });
    // Long enough to be seen during its start: a platform may drop the health check of a process that exited.
    const healthcheck = { Test: suite.programs.health.bad(), Interval: milliseconds(3_000), Retries: 1 };
    const name = await deployed(suite.once({ healthcheck, command: suite.programs.run() }));
    const error = await suite.fails(strategy.wait(name), "TASK_FAILED", name);
    expect(error.instance?.id).toBeTruthy();
    expect(error.message, "the health check is named").toMatch(/unhealthy|health check/i);
    expect(await suite.existing(), "wait() removes nothing").toEqual([name]);
  });

  test("wait() on a service that exits before its health check passes rejects with TASK_FAILED and the exit code, not as unhealthy", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { healthcheck: { Test: "x" }, command: ["x"] });
    const healthcheck = { Test: suite.programs.health.bad(), Interval: milliseconds(500), Retries: 1000 };
    const name = await deployed(suite.request({ healthcheck, command: suite.programs.exit(7) }));
    const error = await suite.fails(strategy.wait(name), "TASK_FAILED", name);
    expect(error.instance).toMatchObject({ exitCode: 7 });
    expect(error.message).toContain("7");
    expect(error.message).not.toMatch(/unhealthy|health check failed/i);
  });

  test("wait() on a service that is neither healthy nor unhealthy rejects with TIMEOUT", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { healthcheck: { Test: "x" } });
    const healthcheck = { Test: suite.programs.health.bad(), Interval: milliseconds(500), Retries: 1000 };
    const name = await deployed(suite.request({ healthcheck }));
    await suite.fails(strategy.wait(name, { timeoutMs: 1500 }), "TIMEOUT", name);
    expect(await suite.existing(), "wait() removes nothing").toEqual([name]);
    await suite.untilRunning(name);
  });

  test("wait() on a service that exits with 0 returns completed", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { command: ["x"] });
    const name = await deployed(suite.once({ command: suite.programs.exit(0) }));
    expect(await strategy.wait(name, LATE_END)).toMatchObject({ state: "completed", replicas: { running: 0 } });
  });

  test.for([1, 42])(
    "wait() on a service that exits with %i rejects with TASK_FAILED, the exit code and the last log lines",
    async (code, context) => {
      const strategy = suite.with(context, "wait");
      suite.skipUnlessSupported(context, { command: ["x"] });
      const command = suite.programs.printAndExit([{ stream: "stderr", line: "it went wrong" }], code);
      const name = await deployed(suite.once({ command }));
      const error = await suite.fails(strategy.wait(name, LATE_END), "TASK_FAILED", name);
      expect(error.instance).toMatchObject({ exitCode: code });
      expect(error.instance?.lastLogLines?.join("\n")).toContain("it went wrong");
    },
  );

  test("wait() on a service in a crash loop rejects with TASK_FAILED", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { command: ["x"], restart: { Condition: "any" } });
    const name = await deployed(suite.request({ command: suite.programs.exit(3), restart: { Condition: "any" } }));
    const error = await suite.fails(strategy.wait(name, LATE_END), "TASK_FAILED", name);
    expect(error.instance).toMatchObject({ exitCode: 3 });
  });

  test("wait() on several replicas resolves when all run", async (context) => {
    const strategy = suite.with(context, "wait");
    const mode = { Replicated: { Replicas: 3 } };
    suite.skipUnlessSupported(context, { mode });
    const name = await deployed(suite.request({ mode }));
    expect(await strategy.wait(name)).toMatchObject({ state: "running", replicas: { running: 3, desired: 3 } });
    expect((await suite.probes.instances(name)).filter(({ running }) => running)).toHaveLength(3);
  });

  test("wait() on a service with 0 replicas returns stopped, 0 of 0", async (context) => {
    const strategy = suite.with(context, "wait");
    const mode = { Replicated: { Replicas: 0 } };
    suite.skipUnlessSupported(context, { mode });
    const name = await deployed(suite.request({ mode }));
    const stopped = { state: "stopped", replicas: { running: 0, desired: 0 } };
    expect(await strategy.wait(name)).toMatchObject(stopped);
    if (supports(strategy, "inspect")) expect(await strategy.inspect(name)).toMatchObject(stopped);
    if (!supports(strategy, "list")) return;
    const listed = await strategy.list({ instances: false });
    expect(listed.find((status) => status.name === name)).toMatchObject(stopped);
  });

  test("wait() on a missing service rejects with NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "wait").wait(name), "NOT_FOUND", name);
  });

  test("wait() that is aborted rejects with ABORTED and keeps the service", async (context) => {
    const strategy = suite.with(context, "wait");
    suite.skipUnlessSupported(context, { healthcheck: { Test: "x" } });
    const healthcheck = { Test: suite.programs.health.bad(), Interval: milliseconds(500), Retries: 1000 };
    const name = await deployed(suite.request({ healthcheck }));
    const controller = new AbortController();
    // At the first event, or later if there is none.
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(2000)]);
    const waiting = strategy.wait(name, { signal, observer: () => controller.abort() });
    await suite.fails(waiting, "ABORTED", name);
    await suite.untilRunning(name);
  });
}
