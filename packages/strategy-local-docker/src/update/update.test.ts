import { DeploymentError } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { ContainerWorld } from "../../test/container-world.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const FAST = { settleMs: 0, timeoutMs: 2_000 };
const plain = { name: "demo", image: "app:1" };
const withPort = { ...plain, ports: { 8080: 80 } };

function worldWith(): { world: ContainerWorld; strategy: LocalDockerDeploymentStrategy } {
  const world = new ContainerWorld();
  return { world, strategy: new LocalDockerDeploymentStrategy(world.engine()) };
}

test.each([
  ["beside each other", plain],
  ["one after the other", withPort],
])("%s: a version that ends at once is TASK_FAILED, and what was there runs", async (_, request) => {
  const { world, strategy } = worldWith();
  await strategy.deploy(request);
  const before = { all: world.all(), ids: world.ids() };
  const update = strategy.update({ ...request, image: "crash:1", restart: { Condition: "none" } }, FAST);
  await expect(update).rejects.toMatchObject({ code: "TASK_FAILED", service: "demo", instance: { exitCode: 1 } });
  expect({ all: world.all(), ids: world.ids() }).toEqual(before);
});

test("beside each other, what is there is not stopped before the new version has proved itself", async () => {
  const { world, strategy } = worldWith();
  await strategy.deploy(plain);
  const from = world.calls.length;
  await strategy.update({ ...plain, image: "app:2" }, FAST);
  const changes = world.calls.slice(from).filter((call) => !/^(list|inspect|info|image)/.test(call));
  expect(changes).toEqual([
    "create demo.next",
    "start demo.next",
    "rename demo",
    "rename demo.next",
    "stop demo.leaving",
    "rename demo.leaving",
    "update demo.previous",
  ]);
});

test("one after the other, the name changes hands while nothing runs", async () => {
  const { world, strategy } = worldWith();
  await strategy.deploy(withPort);
  const from = world.calls.length;
  await strategy.update({ ...withPort, image: "app:2" }, FAST);
  const changes = world.calls.slice(from).filter((call) => !/^(list|inspect|info|image)/.test(call));
  expect(changes).toEqual([
    "create demo.next",
    "stop demo",
    "rename demo",
    "rename demo.next",
    "start demo",
    "rename demo.leaving",
    "update demo.previous",
  ]);
});

test("a revision that is not what is there is a CONFLICT, and nothing is touched", async () => {
  const { world, strategy } = worldWith();
  await strategy.deploy(plain);
  const { revision } = await strategy.inspect("demo");
  await strategy.update({ ...plain, image: "app:2" }, { ...FAST, revision });
  const before = world.all();
  const from = world.calls.length;
  const again = strategy.update({ ...plain, image: "app:3" }, { ...FAST, revision });
  await expect(again).rejects.toMatchObject({ code: "CONFLICT", service: "demo" });
  expect(world.all()).toEqual(before);
  expect(world.calls.slice(from).filter((call) => !/^(list|inspect)/.test(call))).toEqual([]);
});

test.each(["stop", "limit"])(
  "what somebody else does to it in the meantime (%s) is a CONFLICT, and stays",
  async (what) => {
    const { world, strategy } = worldWith();
    await strategy.deploy(plain);
    const other = world.engine();
    const observer = ({ step }: { step?: string }): void => {
      if (step !== "start") return;
      const container = world.containers.get("id1");
      if (what === "limit") Object.assign(container?.HostConfig ?? {}, { Memory: 7 });
      else void other.containers.rename("id1", "mine");
    };
    const update = strategy.update({ ...plain, image: "app:2" }, { ...FAST, observer: observer as never });
    await expect(update).rejects.toMatchObject({ code: "CONFLICT" });
    expect(world.all()).toEqual({ [what === "limit" ? "demo" : "mine"]: "app:1 running unless-stopped" });
    expect(world.containers.get("id1")?.HostConfig["Memory"]).toBe(what === "limit" ? 7 : undefined);
  },
);

test("two updates at once leave one of both versions, and no trace of the other", async () => {
  for (const request of [plain, withPort]) {
    const { world, strategy } = worldWith();
    await strategy.deploy(request);
    const updates = [2, 3].map((version) =>
      new LocalDockerDeploymentStrategy(world.engine()).update({ ...request, image: `app:${version}` }, FAST),
    );
    const outcomes = await Promise.allSettled(updates);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "CONFLICT" });
    }
    await strategy.update({ ...request, image: "app:4" }, FAST);
    expect(Object.keys(world.all())).toEqual(["demo", "demo.previous"]);
    expect(world.all()["demo"]).toBe("app:4 running unless-stopped");
  }
});

test("what can't be put back is told with the error", async () => {
  const { world, strategy } = worldWith();
  await strategy.deploy(withPort);
  world.onCall = (_, call) => {
    if (call === "start") throw new DeploymentError("ENGINE_ERROR", "The engine broke.", { hint: "Mend it." });
  };
  await expect(strategy.update({ ...withPort, image: "app:2" }, FAST)).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    message: "The engine broke. demo could not be put back: The engine broke.",
    hint: "Mend it. See with docker ps --all what is there of demo; the next update or removal tidies up.",
  });
  expect(world.all()).toEqual({ demo: "app:1 exited unless-stopped" });
});

test("only the version before is kept, and goes with the service", async () => {
  const { world, strategy } = worldWith();
  await strategy.deploy(plain);
  for (const version of [2, 3])
    await strategy.update({ ...plain, image: `app:${version}`, labels: { v: `${version}` } }, FAST);
  expect(world.all()).toEqual({ demo: "app:3 running unless-stopped", "demo.previous": "app:2 exited no" });
  expect((await strategy.list()).map(({ name }) => name)).toEqual(["demo"]);
  expect(await strategy.list({ labels: { v: "2" } })).toEqual([]);
  expect(await strategy.inspect("demo")).toMatchObject({
    image: "app:3",
    previous: { image: "app:2", labels: { v: "2" } },
  });
  for (const call of [
    () => strategy.inspect("demo.previous"),
    () => strategy.remove("demo.previous"),
    () => strategy.wait("demo.previous"),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: "NOT_FOUND" });
  }
  await strategy.remove("demo");
  expect(world.all()).toEqual({});
});

test("a restart policy by which the engine would start the version before is put by, and given back", async () => {
  const { world, strategy } = worldWith();
  const failing = { ...plain, restart: { Condition: "on-failure" as const, MaxAttempts: 3 } };
  await strategy.deploy(failing);
  await strategy.update({ ...plain, image: "app:2" }, FAST);
  expect(world.all()).toEqual({
    demo: "app:2 running unless-stopped",
    "demo.previous.on-failure-3": "app:1 exited no",
  });
  await strategy.rollback("demo");
  expect(world.all()).toEqual({ demo: "app:1 running on-failure", "demo.previous": "app:2 exited no" });
  expect(await strategy.inspect("demo")).toMatchObject({ settings: { restart: failing.restart } });
});

test("what others have made is updated, kept, and brought back as it was", async () => {
  const { world, strategy } = worldWith();
  const { containers } = world.engine();
  const { id } = await containers.create("demo", { Image: "app:1", HostConfig: { RestartPolicy: { Name: "always" } } });
  await containers.start(id);
  await strategy.update({ ...plain, image: "app:2" }, FAST);
  expect(world.all()).toEqual({ demo: "app:2 running unless-stopped", "demo.previous.always": "app:1 exited no" });
  expect((await strategy.list()).map(({ name, previous }) => [name, previous?.image])).toEqual([["demo", "app:1"]]);
  await strategy.rollback("demo");
  expect(world.all()).toEqual({ demo: "app:1 running always", "demo.previous": "app:2 exited no" });
  await expect(strategy.inspect("demo")).resolves.toMatchObject({ ids: [id], previous: { image: "app:2" } });
});

test("a rollback without a version before is a CONFLICT, and one of none NOT_FOUND", async () => {
  const { strategy } = worldWith();
  await strategy.deploy(plain);
  await expect(strategy.rollback("demo")).rejects.toMatchObject({ code: "CONFLICT", hint: expect.any(String) });
  await expect(strategy.rollback("other")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(strategy.update({ ...plain, name: "other" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a version before that is not this service's is none", async () => {
  const { world, strategy } = worldWith();
  await strategy.deploy(plain);
  await strategy.update({ ...plain, image: "app:2" }, FAST);
  // Somebody removes it by hand, and it is deployed anew.
  await world.engine().containers.remove("demo");
  expect(await strategy.list()).toEqual([]);
  await expect(strategy.inspect("demo")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await strategy.deploy({ ...plain, image: "app:3" });
  expect((await strategy.inspect("demo")).previous).toBeUndefined();
  await expect(strategy.rollback("demo")).rejects.toMatchObject({ code: "CONFLICT" });
  expect(world.all()).toEqual({ demo: "app:3 running unless-stopped" });
});
