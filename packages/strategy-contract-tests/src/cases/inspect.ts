import type { ServiceStatus } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { fullName } from "../image-name.js";
import type { Suite } from "../suite.js";

/** What a strategy tells of a service is what the engine has. */
export function inspectCases(suite: Suite): void {
  test("inspect tells what the engine has", async (context) => {
    const strategy = suite.with(context, "inspect");
    const port = await suite.freePort();
    const labels = suite.honours({ labels: { a: "b" } }) ? { labels: { "org.example.a": "x=y" } } : {};
    const ports = suite.honours({ ports: { 80: 80 } }) ? { ports: { [port]: 80 } } : {};
    const request = suite.request({ ...labels, ...ports });
    const { ids } = await suite.strategy.deploy(request);
    const running = await suite.untilRunning(request.name);
    const status = await suite.eventually(
      "the service runs",
      () => strategy.inspect(request.name),
      ({ state }) => state === "running",
    );
    expect(status).toMatchObject({ name: request.name, replicas: { running: 1, desired: 1 } });
    expect(fullName(status.image)).toBe(fullName(request.image));
    expect([...status.ids].sort()).toEqual([...ids].sort());
    expect(status.labels).toMatchObject(labels.labels ?? {});
    expect(status.ports.map(({ published, target }) => [published, target])).toEqual(ports.ports ? [[port, 80]] : []);
    expect(Number.isNaN(Date.parse(status.createdAt)), "createdAt is a time").toBe(false);
    const runs = status.instances.filter(({ state }) => state === "running");
    expect(runs.map(({ id }) => id)).toEqual(running);
    expect(runs[0]?.engineState).toMatch(/\S/);
    expect(runs[0]?.restarts).toBe(0);
  });

  test.for([
    [0, "completed"],
    [1, "failed"],
    [42, "failed"],
  ] as const)("inspect tells of one that has ended with %i: %s", async ([code, state], context) => {
    const strategy = suite.with(context, "inspect");
    suite.needs(context, { command: ["x"] });
    const request = suite.once({ command: suite.programs.exit(code) });
    await suite.strategy.deploy(request);
    const status = await suite.eventually<ServiceStatus>(
      `${request.name} is ${state}`,
      () => strategy.inspect(request.name),
      (seen) => seen.state === state,
    );
    expect(status.replicas.running).toBe(0);
    expect(status.instances.map(({ exitCode }) => exitCode)).toContain(code);
  });

  test("inspect tells of one that somebody stopped that nothing runs", async (context) => {
    const strategy = suite.with(context, "inspect");
    const stop = suite.probe(context, "stop");
    const { name } = await suite.running(suite.request());
    await stop(name);
    await suite.untilRunning(name, 0);
    const status = await strategy.inspect(name);
    expect(status.replicas.running).toBe(0);
    expect(status.state).not.toBe("running");
  });

  test("inspect tells of health", async (context) => {
    const strategy = suite.with(context, "inspect");
    suite.needs(context, { healthcheck: { Test: "x" } });
    const healthcheck = { Test: suite.programs.health.good(), Interval: 200_000_000 };
    const { name } = await suite.running(suite.request({ healthcheck }));
    const status = await suite.eventually(
      "it is healthy",
      () => strategy.inspect(name),
      ({ instances }) => instances.some(({ health }) => health === "healthy"),
    );
    expect(status.state).toBe("running");
  });

  test("inspect of none: NOT_FOUND", async (context) => {
    const name = suite.name();
    await suite.fails(suite.with(context, "inspect").inspect(name), "NOT_FOUND", name);
  });
}
