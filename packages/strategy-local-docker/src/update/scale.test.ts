import { DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { MemoryEngine } from "../../test/memory-engine.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const FAST = { settleMs: 0, timeoutMs: 60_000 };
const request = (Replicas: number, more: Partial<DeployRequest> = {}): DeployRequest => ({
  name: "demo",
  image: "app:1",
  env: ["APP_UUID=D", "A=1"],
  mode: { Replicated: { Replicas } },
  ...more,
});

const strategyOn = (memory: MemoryEngine) =>
  new LocalDockerDeploymentStrategy(memory.engine(), { emulateReplicas: true });
async function deployed(replicas: number, more: Partial<DeployRequest> = {}) {
  const memory = new MemoryEngine();
  const strategy = strategyOn(memory);
  await strategy.deploy(request(replicas, more));
  return { memory, strategy };
}
const runs = "app:1 running unless-stopped";

test("scale() adds and removes the highest numbers, and keeps the first replica as a placeholder for 0", async () => {
  const { memory, strategy } = await deployed(2);
  const first = memory.ids()[0];
  await strategy.scale("demo", 3);
  expect(memory.all()).toEqual({ "demo-1": runs, "demo-2": runs, "demo-3": runs });
  await strategy.scale("demo", 1);
  expect(memory.all()).toEqual({ "demo-1": runs });
  await strategy.scale("demo", 0);
  expect(memory.all()).toEqual({ "demo-0": "app:1 exited no" });
  await strategy.scale("demo", 0);
  await strategy.scale("demo", 2);
  expect(memory.all()).toEqual({ "demo-1": runs, "demo-2": runs });
  expect(memory.ids()[0]).toBe(first);
});

test("scale() changes only the mode of the settings, and each replica has its own number", async () => {
  const { memory, strategy } = await deployed(1, {
    restart: { Condition: "on-failure", MaxAttempts: 3 },
    labels: { a: "b" },
  });
  const { settings } = await strategy.inspect("demo");
  for (const replicas of [3, 0, 2]) {
    await strategy.scale("demo", replicas);
    const now = await strategy.inspect("demo");
    expect(now.settings).toEqual({ ...settings, mode: { Replicated: { Replicas: replicas } } });
    expect(now).toMatchObject({
      replicas: { running: replicas, desired: replicas },
      state: replicas === 0 ? "stopped" : "running",
      instances: Array.from({ length: replicas }, (_, index) => ({ name: `demo-${index + 1}` })),
    });
    const [listed] = await strategy.list({ settings: true });
    expect(listed).toMatchObject({
      name: "demo",
      ids: now.ids,
      state: now.state,
      replicas: now.replicas,
      settings: now.settings,
    });
    if (replicas === 0) expect(memory.all()).toEqual({ "demo-0.on-failure-3": "app:1 exited no" });
  }
  const env = [...memory.containers.values()].map(({ Name, Config }) => [Name, Config.Env]);
  expect(env.sort()).toEqual([
    ["/demo-1", ["APP_UUID=D-1", "A=1"]],
    ["/demo-2", ["A=1", "APP_UUID=D-2"]],
  ]);
  expect(memory.all()).toEqual({ "demo-1": "app:1 running on-failure", "demo-2": "app:1 running on-failure" });
});

test("a service with 0 replicas can be deployed, waited for, updated, rolled back and removed", async () => {
  const { memory, strategy } = await deployed(0);
  expect(memory.all()).toEqual({ "demo-0": "app:1 created no" });
  expect(await strategy.wait("demo")).toMatchObject({ state: "stopped", replicas: { running: 0, desired: 0 } });
  expect((await strategy.inspect("demo")).settings).toEqual(await strategy.settingsOf(request(0)));
  await expect(strategy.deploy(request(0))).rejects.toMatchObject({ code: "ALREADY_EXISTS", service: "demo" });

  await strategy.update(request(2, { image: "app:2" }), FAST);
  const two = { "demo-1": "app:2 running unless-stopped", "demo-2": "app:2 running unless-stopped" };
  expect(memory.all()).toEqual({ ...two, "demo-0.previous": "app:1 created no" });
  await strategy.rollback("demo");
  const kept = { "demo-1.previous": "app:2 exited no", "demo-2.previous": "app:2 exited no" };
  expect(memory.all()).toEqual({ "demo-0": "app:1 created no", ...kept });
  await strategy.rollback("demo");
  expect(memory.all()).toEqual({ ...two, "demo-0.previous": "app:1 created no" });
  await strategy.update(request(0, { image: "app:3", restart: { Condition: "on-failure" } }), FAST);
  expect(memory.all()).toEqual({ "demo-0.on-failure": "app:3 created no", ...kept });
  expect((await strategy.inspect("demo")).settings).toMatchObject({ restart: { Condition: "on-failure" } });
  await strategy.scale("demo", 1);
  expect(memory.all()).toEqual({ "demo-1": "app:3 running on-failure", ...kept });
  await strategy.remove("demo");
  expect(memory.all()).toEqual({});
});

test("scale() creates new replicas with the image of the others, even if its tag has moved", async () => {
  const { memory, strategy } = await deployed(1);
  memory.images.set("app:1", "another-image");
  await strategy.scale("demo", 2);
  expect(memory.all()).toEqual({ "demo-1": runs, "demo-2": "image running unless-stopped" });
  expect(await strategy.inspect("demo")).toMatchObject({ image: "app:1", settings: { image: "app:1" } });
});

test.each([
  ["two replicas with one host port", { ports: { 8080: 80 } }, 2, "INVALID_REQUEST"],
  ["a negative number", {}, -1, "INVALID_REQUEST"],
  ["a fraction", {}, 0.5, "INVALID_REQUEST"],
])("scale() rejects %s, and changes nothing", async (_, more, replicas, code) => {
  const { memory, strategy } = await deployed(1, more);
  await expect(strategy.scale("demo", replicas)).rejects.toMatchObject({ code, service: "demo" });
  expect(memory.all()).toEqual({ "demo-1": runs });
});

test("scale() rejects with UNSUPPORTED for a service without emulated replicas", async () => {
  const memory = new MemoryEngine();
  await new LocalDockerDeploymentStrategy(memory.engine()).deploy({ name: "demo", image: "app:1" });
  await expect(strategyOn(memory).scale("demo", 2)).rejects.toMatchObject({ code: "UNSUPPORTED", service: "demo" });
  await expect(strategyOn(memory).scale("other", 2)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(new LocalDockerDeploymentStrategy(memory.engine()).manifest.capabilities).not.toContain("scale");
});

describe.each([
  [1, 3],
  [0, 2],
  [3, 1],
  [2, 0],
])("scale() from %i to %i replicas", (from, to) => {
  const prepare = async () => {
    const { memory, strategy } = await deployed(Math.max(from, 1));
    if (from === 0) await strategy.scale("demo", 0);
    return { memory, strategy, start: memory.calls.length, before: memory.all() };
  };
  const count = async (): Promise<number> => {
    const { memory, strategy, start } = await prepare();
    await strategy.scale("demo", to);
    return memory.calls.length - start;
  };

  test("if its process ends after any call, the service is listed, and the next scale() completes the change", async () => {
    const calls = await count();
    for (let last = 0; last <= calls; last++) {
      const { memory, strategy, start } = await prepare();
      memory.onCall = (index) => {
        if (index >= start + last) throw new Error("the process is gone");
      };
      await strategy.scale("demo", to).catch(() => undefined);
      memory.onCall = () => undefined;
      expect(
        (await strategyOn(memory).list()).map(({ name }) => name),
        `after ${last} calls`,
      ).toEqual(["demo"]);
      await strategyOn(memory).scale("demo", to);
      const names = to === 0 ? ["demo-0"] : Array.from({ length: to }, (_, index) => `demo-${index + 1}`);
      expect(Object.keys(memory.all()), `after ${last} calls`).toEqual(names);
      expect(new Set(Object.values(memory.all())), `after ${last} calls`).toEqual(
        new Set([to === 0 ? "app:1 exited no" : runs]),
      );
    }
  });

  // Removed replicas can't be restored.
  if (to < from) return;

  test("if any call fails, or it is aborted at any event, the service is as it was", async () => {
    const calls = await count();
    for (let at = 0; at < calls; at++) {
      const { memory, strategy, start, before } = await prepare();
      memory.onCall = (index) => {
        if (index === start + at) throw new DeploymentError("ENGINE_ERROR", "The engine broke.", { hint: "Mend it." });
      };
      await expect(strategy.scale("demo", to), `call ${at}`).rejects.toMatchObject({ code: "ENGINE_ERROR" });
      expect(memory.all(), `call ${at}`).toEqual(before);
    }
    for (let at = 1, left = 0; left <= 0; at++) {
      const { memory, strategy, before } = await prepare();
      const controller = new AbortController();
      left = at;
      const observer = () => void ((left -= 1) === 0 && controller.abort());
      const scaling = strategy.scale("demo", to, { observer, signal: controller.signal });
      if (
        left > 0 &&
        (await scaling.then(
          () => true,
          () => false,
        ))
      )
        break;
      await expect(scaling, `event ${at}`).rejects.toMatchObject({ code: "ABORTED", service: "demo" });
      expect(memory.all(), `event ${at}`).toEqual(before);
    }
  });
});
