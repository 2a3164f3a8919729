import type { DockerEngine } from "@openfactory/docker-engine";
import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const container = (restarts: number, state: object = {}) => ({
  Id: "abc",
  Name: "/demo",
  Created: "2026-01-01T00:00:00Z",
  RestartCount: restarts,
  State: {
    Status: "running",
    Running: true,
    Restarting: false,
    OOMKilled: false,
    ExitCode: 0,
    Error: "",
    StartedAt: "2026-01-01T00:00:00Z",
    FinishedAt: "0001-01-01T00:00:00Z",
    ...state,
  },
  Config: { Image: "demo:1", Labels: { "org.openfactory.deploy.operation": "o1" } },
  HostConfig: {},
  NetworkSettings: { Networks: {} },
});

/** What the engine answers to each look, the last one for ever. */
const looks = (...containers: object[]) => {
  let next = 0;
  return fakeEngine({
    "containers.inspect": () => containers[Math.min(next++, containers.length - 1)],
    // Not a stream: that a log cannot be read must not hide the failure itself.
    "containers.logs": () => undefined,
  }).engine;
};
const withLogs = (engine: DockerEngine, logs: () => AsyncGenerator<object>): DockerEngine => {
  const containers = new Proxy(engine.containers, { get: (of, key) => (key === "logs" ? logs : Reflect.get(of, key)) });
  return { ...engine, containers } as unknown as DockerEngine;
};

const waitOn = (...containers: object[]) =>
  new LocalDockerDeploymentStrategy(looks(...containers)).wait("demo", { settleMs: 1, timeoutMs: 5_000 });

test("one that was started again long ago, and runs, is ready", async () => {
  expect(await waitOn(container(7))).toMatchObject({ state: "running" });
});

test("one that is started again and again while one waits is in a crash loop", async () => {
  const restarting = { Status: "restarting", Running: true, Restarting: true, ExitCode: 3 };
  await expect(
    waitOn(container(0, restarting), container(1, restarting), container(2, restarting)),
  ).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: "demo ends again and again, with exit code 3.",
    instance: { exitCode: 3 },
  });
});

test("memory that ran out is told as that", async () => {
  const killed = { Status: "exited", Running: false, OOMKilled: true, ExitCode: 137 };
  await expect(waitOn(container(0, killed))).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: expect.stringContaining("killed for lack of memory"),
    hint: "Raise its memory limit, or find out what takes so much.",
  });
});

test("one that never becomes healthy: TIMEOUT, with how far it came", async () => {
  const starting = { Health: { Status: "starting", FailingStreak: 0 } };
  const waiting = new LocalDockerDeploymentStrategy(looks(container(0, starting))).wait("demo", { timeoutMs: 50 });
  await expect(waiting).rejects.toMatchObject({
    code: "TIMEOUT",
    message: expect.stringContaining("0 of 1 ready, starting"),
  });
});

const failing = {
  Status: "starting",
  FailingStreak: 3,
  Log: [
    { ExitCode: 0, Output: "" },
    { ExitCode: 7, Output: "connection refused\n" },
  ],
};

test("a service that never becomes healthy: TIMEOUT with the last output of its health check and its last log lines", async () => {
  const { engine } = fakeEngine({ "containers.inspect": () => container(0, { Health: failing }) });
  const logs = async function* () {
    yield { line: "waiting for the database" };
  };
  const waiting = new LocalDockerDeploymentStrategy(withLogs(engine, logs)).wait("demo", { timeoutMs: 50 });
  await expect(waiting).rejects.toMatchObject({
    code: "TIMEOUT",
    instance: { error: "health check: exit code 7: connection refused", lastLogLines: ["waiting for the database"] },
  });
});

test("an unhealthy service: TASK_FAILED with the last output of its health check", async () => {
  const Health = { ...failing, Status: "unhealthy" };
  await expect(waitOn(container(0, { Health }))).rejects.toMatchObject({
    code: "TASK_FAILED",
    instance: { error: "health check: exit code 7: connection refused" },
  });
});

test("a process that ended while its health check failed: TASK_FAILED with both causes", async () => {
  const killed = { Status: "exited", Running: false, OOMKilled: true, ExitCode: 137, Health: failing };
  const error = "killed for lack of memory (out of its limit); health check: exit code 7: connection refused";
  await expect(waitOn(container(0, killed))).rejects.toMatchObject({ code: "TASK_FAILED", instance: { error } });
});

test("one that runs for a moment, in a crash loop, is told with the code that it ended with", async () => {
  const { engine } = fakeEngine({
    "containers.inspect": (() => {
      let restarts = 0;
      return () => container(restarts++, { StartedAt: new Date().toISOString() });
    })(),
    "containers.logs": () => undefined,
  });
  const died = { Type: "container", Action: "die", Actor: { ID: "abc", Attributes: { exitCode: "3" } } };
  const events = async function* () {
    yield died;
    await new Promise(() => undefined);
  };
  const waiting = new LocalDockerDeploymentStrategy({ ...engine, events } as unknown as DockerEngine).wait("demo");
  await expect(waiting).rejects.toMatchObject({
    message: "demo ends again and again, with exit code 3.",
    instance: { exitCode: 3 },
  });
});
