import type { DockerEngine } from "@openfactory/docker-engine";
import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { startInSlot } from "../containers/engine-slots.js";
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

/** An engine that answers inspections with these containers in turn, and with the last one from then on. */
const engineWith = (...containers: object[]) => {
  let next = 0;
  return fakeEngine({
    "containers.inspect": () => containers[Math.min(next++, containers.length - 1)],
    // Not a stream: an unreadable log must not hide the failure.
    "containers.logs": () => undefined,
  }).engine;
};
const withLogs = (engine: DockerEngine, logs: () => AsyncGenerator<object>): DockerEngine => {
  const containers = new Proxy(engine.containers, { get: (of, key) => (key === "logs" ? logs : Reflect.get(of, key)) });
  return { ...engine, containers } as unknown as DockerEngine;
};

const waitOn = (...containers: object[]) =>
  new LocalDockerDeploymentStrategy(engineWith(...containers)).wait("demo", { settleMs: 1, timeoutMs: 60_000 });

test("wait() resolves for a running container that was restarted long ago", async () => {
  expect(await waitOn(container(7))).toMatchObject({ state: "running" });
});

test("wait() rejects with TASK_FAILED for a container that is restarted repeatedly during the wait", async () => {
  const restarting = { Status: "restarting", Running: true, Restarting: true, ExitCode: 3 };
  await expect(
    waitOn(container(0, restarting), container(1, restarting), container(2, restarting)),
  ).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: "Service demo is in a crash loop: its process exits with code 3.",
    instance: { exitCode: 3 },
  });
});

test("wait() reports that a process was killed because it ran out of memory", async () => {
  const killed = { Status: "exited", Running: false, OOMKilled: true, ExitCode: 137 };
  await expect(waitOn(container(0, killed))).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: expect.stringContaining("killed: out of memory"),
    hint: "Raise the memory limit of the service, or reduce the memory that its process uses.",
  });
});

test("wait() rejects with TIMEOUT and the progress if a container never becomes healthy", async () => {
  const starting = { Health: { Status: "starting", FailingStreak: 0 } };
  const waiting = new LocalDockerDeploymentStrategy(engineWith(container(0, starting))).wait("demo", { timeoutMs: 50 });
  await expect(waiting).rejects.toMatchObject({
    code: "TIMEOUT",
    message: expect.stringContaining("0 of 1 ready, starting"),
  });
});

test("wait() says in its TIMEOUT error that a container runs, but not for long enough", async () => {
  const strategy = new LocalDockerDeploymentStrategy(engineWith(container(0)));
  await expect(strategy.wait("demo", { settleMs: 600_000, timeoutMs: 50 })).rejects.toMatchObject({
    code: "TIMEOUT",
    message: "Service demo was not ready within 0.05 s: 1 of 1 running, but not for long enough.",
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

test("wait() rejects with TIMEOUT, the last output of the health check and the last log lines", async () => {
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

test("wait() reports the last output of a failing health check, without values of variables", async () => {
  const Health = { ...failing, Log: [{ ExitCode: 1, Output: "no answer from db with hunter2-secret\n" }] };
  const found = { ...container(0, { Health }) };
  const { engine } = fakeEngine({
    "containers.inspect": () => ({ ...found, Config: { ...found.Config, Env: ["PASSWORD=hunter2-secret"] } }),
    "containers.logs": () => undefined,
  });
  const details: (string | undefined)[] = [];
  const waiting = new LocalDockerDeploymentStrategy(engine).wait("demo", {
    timeoutMs: 50,
    observer: (event) => void (event.type === "waiting" && details.push(event.detail)),
  });
  await expect(waiting).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(details[0]).toBe("starting (health check: exit code 1: no answer from db with ***)");
});

test("wait() inspects a container again after a failed health check, not after the other steps of a check", async () => {
  const { engine } = fakeEngine({
    "containers.inspect": () => container(0, { Health: failing }),
    "containers.logs": () => undefined,
  });
  const event = (Action: string, exitCode?: string) => ({
    Type: "container",
    Action,
    Actor: { ID: "abc", Attributes: exitCode === undefined ? {} : { exitCode } },
  });
  const steps = ["exec_create: check", "exec_start: check"].map((action) => event(action));
  const observed = async (...all: object[]): Promise<number> => {
    let count = 0;
    const events = async function* () {
      for (const each of all) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield each;
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    };
    await new LocalDockerDeploymentStrategy({ ...engine, events } as unknown as DockerEngine)
      .wait("demo", { timeoutMs: 500, observer: () => void (count += 1) })
      .catch(() => undefined);
    return count;
  };
  const without = await observed();
  expect(await observed(...steps, event("exec_die", "0"))).toBe(without);
  expect(await observed(...steps, event("exec_die", "1"))).toBe(without + 1);
});

test("wait() rejects with TASK_FAILED and the last output of the health check if a container is unhealthy", async () => {
  const Health = { ...failing, Status: "unhealthy" };
  await expect(waitOn(container(0, { Health }))).rejects.toMatchObject({
    code: "TASK_FAILED",
    instance: { error: "health check: exit code 7: connection refused" },
  });
});

test("wait() rejects with TASK_FAILED and both causes if a process ends while its health check fails", async () => {
  const killed = { Status: "exited", Running: false, OOMKilled: true, ExitCode: 137, Health: failing };
  const error = "killed: out of memory (its memory limit); health check: exit code 7: connection refused";
  await expect(waitOn(container(0, killed))).rejects.toMatchObject({ code: "TASK_FAILED", instance: { error } });
});

test("wait() reports the last exit code of a container in a crash loop that runs at the moment", async () => {
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
    message: "Service demo is in a crash loop: its process exits with code 3.",
    instance: { exitCode: 3 },
  });
});

const HOUR_MS = 3_600_000;

test.each([
  ["behind", -HOUR_MS],
  ["ahead", HOUR_MS],
])(
  "wait() observes a process that it has just seen for settleMs if the engine's clock is an hour %s",
  async (_, ms) => {
    const StartedAt = new Date(Date.now() + ms).toISOString();
    const ended = { StartedAt, Status: "exited", Running: false, ExitCode: 3 };
    await expect(waitOn(container(0, { StartedAt }), container(0, ended))).rejects.toMatchObject({
      code: "TASK_FAILED",
      instance: { exitCode: 3 },
    });
  },
);

test("wait() counts settleMs from a start that the same process has made, and not if the engine restarted the process since", async () => {
  const StartedAt = new Date(Date.now() + HOUR_MS).toISOString();
  const ended = container(0, { StartedAt, Status: "exited", Running: false, ExitCode: 3 });
  const waitAfterStart = async (restarts: number) => {
    const { engine } = fakeEngine({
      "containers.start": () => undefined,
      "containers.inspect": (() => {
        const states = [container(restarts, { StartedAt }), ended];
        return () => states.shift() ?? ended;
      })(),
      "containers.logs": () => undefined,
    });
    await startInSlot(engine, "abc");
    await new Promise((resolve) => setTimeout(resolve, 60));
    return new LocalDockerDeploymentStrategy(engine).wait("demo", { settleMs: 50, timeoutMs: 60_000 });
  };
  expect(await waitAfterStart(0)).toMatchObject({ state: "running" });
  await expect(waitAfterStart(1)).rejects.toMatchObject({ code: "TASK_FAILED" });
});

test.each(["running", "stopped"])(
  "wait() ends for a %s container of an engine whose clock is an hour ahead",
  async (state) => {
    const ahead = new Date(Date.now() + 3_600_000).toISOString();
    const stopped = { Status: "exited", Running: false, ExitCode: 137, FinishedAt: ahead };
    const found = container(0, state === "running" ? { StartedAt: ahead } : stopped);
    const waiting = new LocalDockerDeploymentStrategy(engineWith(found)).wait("demo", {
      settleMs: 50,
      timeoutMs: 60_000,
    });
    const outcome = await waiting.catch((error: { code: string }) => error.code);
    expect(outcome).not.toBe("TIMEOUT");
  },
);
