import { DeploymentError } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { MemoryEngine } from "../../test/memory-engine.js";
import { LocalDockerDeploymentStrategy } from "../strategy.js";

const FAST = { settleMs: 0, timeoutMs: 60_000 };
const plain = { name: "demo", image: "app:1" };
const withPort = { ...plain, ports: { 8080: 80 } };

function strategyInMemory(): { memory: MemoryEngine; strategy: LocalDockerDeploymentStrategy } {
  const memory = new MemoryEngine();
  return { memory, strategy: new LocalDockerDeploymentStrategy(memory.engine()) };
}

test.each([
  ["start-first", plain],
  ["stop-first", withPort],
])(
  "update() %s rejects with TASK_FAILED for a version that exits at once, and the old version runs",
  async (_, request) => {
    const { memory, strategy } = strategyInMemory();
    await strategy.deploy(request);
    const before = { all: memory.all(), ids: memory.ids() };
    const update = strategy.update({ ...request, image: "crash:1", restart: { Condition: "none" } }, FAST);
    await expect(update).rejects.toMatchObject({ code: "TASK_FAILED", service: "demo", instance: { exitCode: 1 } });
    expect({ all: memory.all(), ids: memory.ids() }).toEqual(before);
  },
);

test("update() start-first stops the old version only after the new one is ready", async () => {
  const { memory, strategy } = strategyInMemory();
  await strategy.deploy(plain);
  const from = memory.calls.length;
  await strategy.update({ ...plain, image: "app:2" }, FAST);
  const changes = memory.calls.slice(from).filter((call) => !/^(list|inspect|info|image)/.test(call));
  expect(changes).toEqual([
    "create demo.candidate",
    "start demo.candidate",
    "rename demo",
    "rename demo.candidate",
    "stop demo.retiring",
    "rename demo.retiring",
    "update demo.previous",
  ]);
});

test("update() completes its cleanup after a short failure, and rejects if the old version may still run", async () => {
  const unreachable = new DeploymentError("ENGINE_UNREACHABLE", "No connection.", { hint: "Start it." });
  for (const failures of [1, Infinity]) {
    const { memory, strategy } = strategyInMemory();
    await strategy.deploy(plain);
    let left = failures;
    memory.onCall = (index) => {
      const isRetiring = memory.calls.slice(0, index + 1).includes("stop demo.retiring");
      if (isRetiring && left-- > 0) throw unreachable;
    };
    const update = strategy.update({ ...plain, image: "app:2" }, FAST);
    if (failures === 1) {
      await update;
      expect(Object.keys(memory.all())).toEqual(["demo", "demo.previous"]);
    } else {
      await expect(update).rejects.toMatchObject({
        code: "ENGINE_UNREACHABLE",
        message: expect.stringContaining("containers of the old version could not be stopped"),
      });
    }
  }
});

test("update() stop-first exchanges the names while no version runs", async () => {
  const { memory, strategy } = strategyInMemory();
  await strategy.deploy(withPort);
  const from = memory.calls.length;
  await strategy.update({ ...withPort, image: "app:2" }, FAST);
  const changes = memory.calls.slice(from).filter((call) => !/^(list|inspect|info|image)/.test(call));
  expect(changes).toEqual([
    "create demo.candidate",
    "stop demo",
    "rename demo",
    "rename demo.candidate",
    "start demo",
    "rename demo.retiring",
    "update demo.previous",
  ]);
});

test("update() rejects with CONFLICT for another revision, and changes nothing", async () => {
  const { memory, strategy } = strategyInMemory();
  await strategy.deploy(plain);
  const { revision } = await strategy.inspect("demo");
  await strategy.update({ ...plain, image: "app:2" }, { ...FAST, revision });
  const before = memory.all();
  const from = memory.calls.length;
  const again = strategy.update({ ...plain, image: "app:3" }, { ...FAST, revision });
  await expect(again).rejects.toMatchObject({ code: "CONFLICT", service: "demo" });
  expect(memory.all()).toEqual(before);
  expect(memory.calls.slice(from).filter((call) => !/^(list|inspect)/.test(call))).toEqual([]);
});

test.each(["stop", "limit"])(
  "update() rejects with CONFLICT if another process modifies the service (%s), and keeps the modification",
  async (what) => {
    const { memory, strategy } = strategyInMemory();
    await strategy.deploy(plain);
    const other = memory.engine();
    const observer = ({ step }: { step?: string }): void => {
      if (step !== "start") return;
      const container = memory.containers.get("id1");
      if (what === "limit") Object.assign(container?.HostConfig ?? {}, { Memory: 7 });
      else void other.containers.rename("id1", "mine");
    };
    const update = strategy.update({ ...plain, image: "app:2" }, { ...FAST, observer: observer as never });
    await expect(update).rejects.toMatchObject({ code: "CONFLICT" });
    expect(memory.all()).toEqual({ [what === "limit" ? "demo" : "mine"]: "app:1 running unless-stopped" });
    expect(memory.containers.get("id1")?.HostConfig["Memory"]).toBe(what === "limit" ? 7 : undefined);
  },
);

test("two concurrent updates leave one of the two versions, and nothing of the other", async () => {
  for (const request of [plain, withPort]) {
    const { memory, strategy } = strategyInMemory();
    await strategy.deploy(request);
    const updates = [2, 3].map((version) =>
      new LocalDockerDeploymentStrategy(memory.engine()).update({ ...request, image: `app:${version}` }, FAST),
    );
    const outcomes = await Promise.allSettled(updates);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "CONFLICT" });
    }
    await strategy.update({ ...request, image: "app:4" }, FAST);
    expect(Object.keys(memory.all())).toEqual(["demo", "demo.previous"]);
    expect(memory.all()["demo"]).toBe("app:4 running unless-stopped");
  }
});

test("update() reports a failure to restore the old version with the first error, and the next change starts it again", async () => {
  const { memory, strategy } = strategyInMemory();
  await strategy.deploy(withPort);
  memory.onCall = (_, call) => {
    if (call === "start") throw new DeploymentError("ENGINE_ERROR", "The engine broke.", { hint: "Mend it." });
  };
  await expect(strategy.update({ ...withPort, image: "app:2" }, FAST)).rejects.toMatchObject({
    code: "ENGINE_ERROR",
    message: "The engine broke. Could not restore demo: The engine broke.",
    hint: "Mend it. List its containers with `docker ps --all --filter name=demo`. The next update or removal cleans up.",
  });
  expect(memory.all()).toEqual({
    demo: "app:1 exited unless-stopped",
    "demo.candidate": "app:2 created unless-stopped",
  });
  memory.onCall = () => undefined;
  await strategy.remove("demo.candidate");
  expect(memory.all()).toEqual({ demo: "app:1 running unless-stopped" });
});

test("update() keeps only the previous version, and remove() removes it", async () => {
  const { memory, strategy } = strategyInMemory();
  await strategy.deploy(plain);
  for (const version of [2, 3])
    await strategy.update({ ...plain, image: `app:${version}`, labels: { v: `${version}` } }, FAST);
  expect(memory.all()).toEqual({ demo: "app:3 running unless-stopped", "demo.previous": "app:2 exited no" });
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
  expect(memory.all()).toEqual({});
});

test("update() sets the restart policy of the previous version to no, and rollback() restores it", async () => {
  const { memory, strategy } = strategyInMemory();
  const failing = { ...plain, restart: { Condition: "on-failure" as const, MaxAttempts: 3 } };
  await strategy.deploy(failing);
  await strategy.update({ ...plain, image: "app:2" }, FAST);
  expect(memory.all()).toEqual({
    demo: "app:2 running unless-stopped",
    "demo.previous.on-failure-3": "app:1 exited no",
  });
  await strategy.rollback("demo");
  expect(memory.all()).toEqual({ demo: "app:1 running on-failure", "demo.previous": "app:2 exited no" });
  expect(await strategy.inspect("demo")).toMatchObject({ settings: { restart: failing.restart } });
});

test("update() and rollback() keep a container that another tool created as it was", async () => {
  const { memory, strategy } = strategyInMemory();
  const { containers } = memory.engine();
  const { id } = await containers.create("demo", { Image: "app:1", HostConfig: { RestartPolicy: { Name: "always" } } });
  await containers.start(id);
  await strategy.update({ ...plain, image: "app:2" }, FAST);
  expect(memory.all()).toEqual({ demo: "app:2 running unless-stopped", "demo.previous.always": "app:1 exited no" });
  expect((await strategy.list()).map(({ name, previous }) => [name, previous?.image])).toEqual([["demo", "app:1"]]);
  await strategy.rollback("demo");
  expect(memory.all()).toEqual({ demo: "app:1 running always", "demo.previous": "app:2 exited no" });
  await expect(strategy.inspect("demo")).resolves.toMatchObject({ ids: [id], previous: { image: "app:2" } });
});

test("rollback() rejects with CONFLICT without a previous version, and with NOT_FOUND without a service", async () => {
  const { strategy } = strategyInMemory();
  await strategy.deploy(plain);
  await expect(strategy.rollback("demo")).rejects.toMatchObject({ code: "CONFLICT", hint: expect.any(String) });
  await expect(strategy.rollback("other")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(strategy.update({ ...plain, name: "other" })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("rollback() ignores the previous version of an earlier service of the same name", async () => {
  const { memory, strategy } = strategyInMemory();
  await strategy.deploy(plain);
  await strategy.update({ ...plain, image: "app:2" }, FAST);
  // The container is removed manually, and the service deployed again.
  await memory.engine().containers.remove("demo");
  expect(await strategy.list()).toMatchObject([{ name: "demo.previous", versionOf: "demo" }]);
  await expect(strategy.inspect("demo")).rejects.toMatchObject({ code: "NOT_FOUND" });
  await strategy.deploy({ ...plain, image: "app:3" });
  expect((await strategy.inspect("demo")).previous).toBeUndefined();
  await expect(strategy.rollback("demo")).rejects.toMatchObject({ code: "CONFLICT" });
  expect(memory.all()).toEqual({ demo: "app:3 running unless-stopped" });
});
