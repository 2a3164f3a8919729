import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { DeployRequest } from "@openfactory/deploy-core";
import { createEngine, type DockerEngine } from "@openfactory/docker-engine";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";

const SECOND = 1_000_000_000;
const name = "swarm-faults";
const runs = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"];
const onManager = ["node.role == manager"];

let swarm: Swarm;
let engine: DockerEngine;
let strategy: SwarmDeploymentStrategy;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 3, images: [TEST_IMAGE] });
  engine = createEngine({ host: swarm.managers[0]?.host });
  strategy = new SwarmDeploymentStrategy(engine);
});
afterEach(() => strategy.remove(name, { wait: true }));
afterAll(async () => {
  await strategy?.close();
  await swarm?.down();
});

const request = (part: Partial<DeployRequest> = {}): DeployRequest => ({
  name,
  image: TEST_IMAGE,
  command: runs,
  stopGracePeriod: SECOND,
  restart: { Condition: "any", Delay: SECOND / 2 },
  ...part,
});
const ready = async (part: Partial<DeployRequest> = {}): Promise<DeployRequest> => {
  const first = request(part);
  await strategy.deploy(first);
  await strategy.wait(name);
  return first;
};
const failureOf = (waiting: Promise<unknown>): Promise<unknown> => waiting.catch((thrown: unknown) => thrown);
const polled = async (check: () => Promise<boolean>): Promise<void> => {
  await expect.poll(check, { interval: 100 }).toBe(true);
};

describe("an update that is abandoned before a node accepts its task", () => {
  const startFirst = { updateConfig: { Order: "start-first", Monitor: SECOND } } as const;
  const nowhere = { constraints: ["node.labels.none == 1"], env: ["VERSION=2"] };

  test.each([
    ["reverted", (first: DeployRequest) => strategy.update(first)],
    ["rolled back", () => strategy.rollback(name)],
  ])("leaves a service that is running 1/1 during the update and after it is %s", async (_, revert) => {
    const first = await ready(startFirst);
    await strategy.update({ ...first, ...nowhere });
    await polled(async () => (await strategy.inspect(name)).update === "updating");
    expect(await strategy.inspect(name)).toMatchObject({ state: "pending", replicas: { running: 1, desired: 1 } });
    await revert(first);
    expect(await strategy.wait(name)).toMatchObject({ state: "running" });
    for (const status of [await strategy.inspect(name), ...(await strategy.list({ instances: false }))]) {
      expect(status).toMatchObject({ name, state: "running", replicas: { running: 1, desired: 1 } });
      expect(status.update).toBeUndefined();
    }
  });
});

test("rollback() of a job runs the earlier version again, and wait() resolves when it has completed", async () => {
  const job = request({ mode: { ReplicatedJob: {} }, restart: { Condition: "none" }, command: ["echo", "one"] });
  await strategy.deploy(job);
  expect(await strategy.wait(name)).toMatchObject({ state: "completed" });
  await strategy.update({ ...job, command: ["echo", "two"] });
  expect(await strategy.wait(name)).toMatchObject({ state: "completed" });
  await strategy.rollback(name);
  expect(await strategy.wait(name, { timeoutMs: 20_000 })).toMatchObject({ state: "completed" });
  const lines: string[] = [];
  for await (const { line } of strategy.logs(name)) lines.push(line);
  expect(lines.toSorted()).toEqual(["one", "one", "two"]);
});

describe("a service with a health check", () => {
  const check = (Retries: number, Test = "echo no route to plc; exit 1") => ({
    healthcheck: { Test, Interval: SECOND / 2, Retries },
    constraints: onManager,
  });
  const killed = ["sh", "-c", "echo ready; while :; do sleep 1; done"];

  test.each([
    [7, ["sh", "-c", "echo 'no input' >&2; sleep 1; exit 7"]],
    [0, ["sh", "-c", "echo 'no input' >&2; sleep 1; exit 0"]],
  ])("is in a crash loop when its process exits with exit code %i", async (exitCode, command) => {
    await strategy.deploy(request({ ...check(50), command }));
    const error = await failureOf(strategy.wait(name));
    expect(error).toMatchObject({
      code: "TASK_FAILED",
      message: expect.stringMatching(new RegExp(`is in a crash loop .*exit code ${exitCode}`)),
      instance: { exitCode, lastLogLines: expect.arrayContaining(["no input"]) },
    });
    expect(String(error)).not.toContain("unhealthy");
  });

  test.each<[string, string[], string?]>([
    ["that handles SIGTERM", runs],
    ["that must be killed", killed],
    // The third run begins in the grace period.
    ["that is killed with a run of the check", killed, "echo no route to plc; sleep 0.7; exit 1"],
  ])(
    "is unhealthy when its check fails, with the last output of the check (a process %s)",
    async (_, command, Test) => {
      await strategy.deploy(request({ ...check(2, Test), command }));
      expect(await failureOf(strategy.wait(name))).toMatchObject({
        code: "TASK_FAILED",
        message: expect.stringMatching(
          /is unhealthy .*: its health check failed on node-1: exit code 1: no route to plc\.$/,
        ),
        instance: { error: expect.stringContaining("health check: exit code 1: no route to plc") },
      });
    },
  );

  test("is unhealthy when a wait does not see the tasks starting", async () => {
    await strategy.deploy(request({ ...check(2), command: runs }));
    await polled(async () => {
      const tasks = await engine.tasks.list({ service: [name] });
      return tasks.filter(({ Status }) => Status.State === "complete").length > 1;
    });
    expect(await failureOf(strategy.wait(name))).toMatchObject({
      code: "TASK_FAILED",
      message: expect.stringContaining("is unhealthy"),
    });
  });
});

describe("wait() on a missing image", () => {
  test.each([
    [429, "too many requests", "higher limit"],
    [503, "down or overloaded", "when"],
  ])("reports a registry that answers %i, with the action to take", async (status, words, hint) => {
    const registry = await registryThatAnswers(status);
    await strategy.deploy(request({ image: `${registry}/demo:1` }));
    const error = await failureOf(strategy.wait(name, { timeoutMs: 60_000 }));
    expect(error).toMatchObject({
      code: "TASK_FAILED",
      message: expect.stringContaining(`the registry ${registry} answers ${status}: `),
      hint: expect.stringContaining(hint),
      instance: { error: expect.stringContaining("No such image") },
    });
    expect(String(error)).toContain(words);
  });
});

/** Starts a registry that answers every request with an error. @returns its host and port for the nodes. */
async function registryThatAnswers(status: number): Promise<string> {
  const errors = [{ code: status === 429 ? "TOOMANYREQUESTS" : "UNAVAILABLE", message: "try again later" }];
  const server: Server = createServer((asked, answer) => {
    // Like Docker Hub, whose /v2/ has no limit.
    if (asked.url === "/v2/" && status === 429) return void answer.writeHead(200).end("{}");
    answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ errors }));
  });
  await new Promise<void>((resolve) => server.listen(0, swarm.gateway, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${swarm.gateway}:${(server.address() as AddressInfo).port}`;
}

test("logs() rejects with UNSUPPORTED when the logging driver can't be read", async () => {
  const read = async (): Promise<string[]> => {
    const lines: string[] = [];
    for await (const { line } of strategy.logs(name)) lines.push(line);
    return lines;
  };
  const withDriver = async (LogDriver: object): Promise<void> => {
    const command = ["sh", "-c", "echo ready; trap 'exit 0' TERM; sleep 1000 & wait"];
    await strategy.deploy(request({ command, updateConfig: { Monitor: SECOND / 2 } }));
    const { ID, Version, Spec } = await engine.services.inspect(name);
    await engine.services.update(ID, Version.Index, { ...Spec, TaskTemplate: { ...Spec.TaskTemplate, LogDriver } });
    await strategy.wait(name);
  };
  const syslog = { Name: "syslog", Options: { "syslog-address": "udp://127.0.0.1:514" } };
  await withDriver({ Name: "none" });
  await expect(read()).rejects.toMatchObject({
    code: "UNSUPPORTED",
    service: name,
    message: expect.stringContaining("logging driver none"),
  });
  await strategy.remove(name, { wait: true });
  await withDriver({ ...syslog, Options: { ...syslog.Options, "cache-disabled": "true" } });
  await expect(read()).rejects.toMatchObject({
    code: "UNSUPPORTED",
    message: expect.stringContaining("logging driver syslog"),
  });
  await strategy.remove(name, { wait: true });
  await withDriver(syslog);
  await expect.poll(read).toContain("ready");
});

describe("an update with the order start-first whose old task has a resource that the new one needs", () => {
  test.each<[string, Partial<DeployRequest>, string]>([
    ["a host port", { ports: [{ target: 80, published: 18_090, mode: "host" }] }, "host port 18090/tcp on node-1"],
    ["a reservation", {}, "on node-1"],
  ])("%s: preflight() finds it, the swarm does not place the task, and stop-first works", async (_, part, words) => {
    const [manager] = (await engine.nodes.list()).filter(({ Spec }) => Spec.Role === "manager");
    const MemoryBytes = Math.floor((manager?.Description.Resources.MemoryBytes ?? 0) * 0.6);
    const first = await ready({
      ...part,
      ...(part.ports === undefined && { resources: { Reservations: { MemoryBytes } } }),
      constraints: onManager,
      updateConfig: { Order: "start-first", Monitor: SECOND },
    });
    const next = { ...first, env: ["VERSION=2"] };
    const stopFirst = { ...next, updateConfig: { Order: "stop-first", Monitor: SECOND } } as const;
    const check = (update: DeployRequest) => strategy.preflight([{ request: update, updates: true }]);
    expect(await check(next)).toMatchObject([
      { code: "CONFLICT", field: "updateConfig.Order", message: expect.stringContaining(words) },
    ]);
    expect(await check(stopFirst)).toEqual([]);
    await strategy.update(next);
    await expect(strategy.wait(name, { timeoutMs: 3_000 })).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringContaining("no suitable node"),
    });
    await strategy.update(stopFirst);
    expect(await strategy.wait(name)).toMatchObject({ state: "running" });
  });
});
