import { DeploymentError, type DeployRequest } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { ContainerWorld } from "../../test/container-world.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const FAST = { settleMs: 0, timeoutMs: 2_000 };
const request = (Replicas: number, more: Partial<DeployRequest> = {}): DeployRequest => ({
  name: "demo",
  image: "app:1",
  env: ["APP_UUID=D", "A=1"],
  mode: { Replicated: { Replicas } },
  ...more,
});

const strategyOn = (world: ContainerWorld) =>
  new LocalDockerDeploymentStrategy(world.engine(), { emulateReplicas: true });
async function deployed(replicas: number, more: Partial<DeployRequest> = {}) {
  const world = new ContainerWorld();
  const strategy = strategyOn(world);
  await strategy.deploy(request(replicas, more));
  return { world, strategy };
}
const runs = "app:1 running unless-stopped";

test("scale adds at the end, and takes away from the end; of none, the first is kept", async () => {
  const { world, strategy } = await deployed(2);
  const first = world.ids()[0];
  await strategy.scale("demo", 3);
  expect(world.all()).toEqual({ "demo-1": runs, "demo-2": runs, "demo-3": runs });
  await strategy.scale("demo", 1);
  expect(world.all()).toEqual({ "demo-1": runs });
  await strategy.scale("demo", 0);
  expect(world.all()).toEqual({ "demo-0": "app:1 exited no" });
  await strategy.scale("demo", 0);
  await strategy.scale("demo", 2);
  expect(world.all()).toEqual({ "demo-1": runs, "demo-2": runs });
  expect(world.ids()[0]).toBe(first);
});

test("settings but for the mode stay; each replica has its own number", async () => {
  const { world, strategy } = await deployed(1, {
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
    if (replicas === 0) expect(world.all()).toEqual({ "demo-0.on-failure-3": "app:1 exited no" });
  }
  const env = [...world.containers.values()].map(({ Name, Config }) => [Name, Config.Env]);
  expect(env.sort()).toEqual([
    ["/demo-1", ["APP_UUID=D-1", "A=1"]],
    ["/demo-2", ["A=1", "APP_UUID=D-2"]],
  ]);
  expect(world.all()).toEqual({ "demo-1": "app:1 running on-failure", "demo-2": "app:1 running on-failure" });
});

test("a service of no replicas is made, waited for, updated, rolled back and removed as any other", async () => {
  const { world, strategy } = await deployed(0);
  expect(world.all()).toEqual({ "demo-0": "app:1 created no" });
  expect(await strategy.wait("demo")).toMatchObject({ state: "stopped", replicas: { running: 0, desired: 0 } });
  expect((await strategy.inspect("demo")).settings).toEqual(await strategy.settingsOf(request(0)));
  await expect(strategy.deploy(request(0))).rejects.toMatchObject({ code: "ALREADY_EXISTS", service: "demo" });

  await strategy.update(request(2, { image: "app:2" }), FAST);
  const two = { "demo-1": "app:2 running unless-stopped", "demo-2": "app:2 running unless-stopped" };
  expect(world.all()).toEqual({ ...two, "demo-0.previous": "app:1 created no" });
  await strategy.rollback("demo");
  const kept = { "demo-1.previous": "app:2 exited no", "demo-2.previous": "app:2 exited no" };
  expect(world.all()).toEqual({ "demo-0": "app:1 created no", ...kept });
  await strategy.rollback("demo");
  expect(world.all()).toEqual({ ...two, "demo-0.previous": "app:1 created no" });
  await strategy.update(request(0, { image: "app:3", restart: { Condition: "on-failure" } }), FAST);
  expect(world.all()).toEqual({ "demo-0.on-failure": "app:3 created no", ...kept });
  expect((await strategy.inspect("demo")).settings).toMatchObject({ restart: { Condition: "on-failure" } });
  await strategy.scale("demo", 1);
  expect(world.all()).toEqual({ "demo-1": "app:3 running on-failure", ...kept });
  await strategy.remove("demo");
  expect(world.all()).toEqual({});
});

test("new replicas are of the image that the others are of, though its tag has moved", async () => {
  const { world, strategy } = await deployed(1);
  world.images.set("app:1", "another-image");
  await strategy.scale("demo", 2);
  expect(world.all()).toEqual({ "demo-1": runs, "demo-2": "image running unless-stopped" });
  expect(await strategy.inspect("demo")).toMatchObject({ image: "app:1", settings: { image: "app:1" } });
});

test.each([
  ["two with one host port", { ports: { 8080: 80 } }, 2, "INVALID_REQUEST"],
  ["less than none", {}, -1, "INVALID_REQUEST"],
  ["a half", {}, 0.5, "INVALID_REQUEST"],
])("%s: refused, and nothing changed", async (_, more, replicas, code) => {
  const { world, strategy } = await deployed(1, more);
  await expect(strategy.scale("demo", replicas)).rejects.toMatchObject({ code, service: "demo" });
  expect(world.all()).toEqual({ "demo-1": runs });
});

test("one container that is no replica has no number of them", async () => {
  const world = new ContainerWorld();
  await new LocalDockerDeploymentStrategy(world.engine()).deploy({ name: "demo", image: "app:1" });
  await expect(strategyOn(world).scale("demo", 2)).rejects.toMatchObject({ code: "UNSUPPORTED", service: "demo" });
  await expect(strategyOn(world).scale("other", 2)).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(new LocalDockerDeploymentStrategy(world.engine()).manifest.capabilities).not.toContain("scale");
});

describe.each([
  [1, 3],
  [0, 2],
  [3, 1],
  [2, 0],
])("from %i to %i", (from, to) => {
  const prepare = async () => {
    const { world, strategy } = await deployed(Math.max(from, 1));
    if (from === 0) await strategy.scale("demo", 0);
    return { world, strategy, start: world.calls.length, before: world.all() };
  };
  const count = async (): Promise<number> => {
    const { world, strategy, start } = await prepare();
    await strategy.scale("demo", to);
    return world.calls.length - start;
  };

  test("whichever call is the last of its process, what is there is the service, and the next puts it right", async () => {
    const calls = await count();
    for (let last = 0; last <= calls; last++) {
      const { world, strategy, start } = await prepare();
      world.onCall = (index) => {
        if (index >= start + last) throw new Error("the process is gone");
      };
      await strategy.scale("demo", to).catch(() => undefined);
      world.onCall = () => undefined;
      expect(
        (await strategyOn(world).list()).map(({ name }) => name),
        `after ${last} calls`,
      ).toEqual(["demo"]);
      await strategyOn(world).scale("demo", to);
      const names = to === 0 ? ["demo-0"] : Array.from({ length: to }, (_, index) => `demo-${index + 1}`);
      expect(Object.keys(world.all()), `after ${last} calls`).toEqual(names);
      expect(new Set(Object.values(world.all())), `after ${last} calls`).toEqual(
        new Set([to === 0 ? "app:1 exited no" : runs]),
      );
    }
  });

  // What is being taken away can't be put back.
  if (to < from) return;

  test("whatever fails or is aborted, what was there is left, and no more", async () => {
    const calls = await count();
    for (let at = 0; at < calls; at++) {
      const { world, strategy, start, before } = await prepare();
      world.onCall = (index) => {
        if (index === start + at) throw new DeploymentError("ENGINE_ERROR", "The engine broke.", { hint: "Mend it." });
      };
      await expect(strategy.scale("demo", to), `call ${at}`).rejects.toMatchObject({ code: "ENGINE_ERROR" });
      expect(world.all(), `call ${at}`).toEqual(before);
    }
    for (let at = 1, left = 0; left <= 0; at++) {
      const { world, strategy, before } = await prepare();
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
      expect(world.all(), `event ${at}`).toEqual(before);
    }
  });
});
