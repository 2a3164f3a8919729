import { DeploymentError, StrategyRegistry } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { MemoryEngine, MemoryDeploymentStrategy, plugin } from "./index.js";

const demo = { image: "app:1", name: "demo" };
const broken = new DeploymentError("ENGINE_UNREACHABLE", "No engine answers.", { hint: "Start it." });

test("a service can have a name that every object inherits", async () => {
  const strategy = new MemoryDeploymentStrategy();
  await strategy.deploy({ ...demo, name: "constructor" });
  expect(await strategy.inspect("constructor")).toMatchObject({ name: "constructor", state: "running" });
});

describe("failOn", () => {
  test("an error by service fails its deploy, and no service remains", async () => {
    const strategy = new MemoryDeploymentStrategy({ failOn: { demo: broken } });
    await expect(strategy.deploy(demo)).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
      service: "demo",
      strategy: "memory",
    });
    expect(await strategy.list()).toEqual([]);
    await expect(strategy.deploy({ ...demo, name: "other" })).resolves.toMatchObject({ name: "other" });
  });

  test.each(["inspect", "wait", "remove", "update", "rollback", "scale", "logs"] as const)(
    "an error of %s fails that operation only",
    async (operation) => {
      const strategy = new MemoryDeploymentStrategy({ failOn: { demo: { [operation]: broken } } });
      await strategy.deploy(demo);
      if (operation === "rollback") await strategy.update(demo);
      const work = {
        inspect: () => strategy.inspect("demo"),
        wait: () => strategy.wait("demo"),
        remove: () => strategy.remove("demo"),
        update: () => strategy.update(demo),
        rollback: () => strategy.rollback("demo"),
        scale: () => strategy.scale("demo", 2),
        logs: () => strategy.logs("demo").next(),
      };
      await expect(work[operation]()).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
      expect(strategy.engine.services.get("demo")?.instances).toHaveLength(1);
    },
  );
});

describe("processes", () => {
  test("a process that exits fails its wait, with its last lines", async () => {
    const lines = [{ stream: "stderr" as const, line: "it went wrong" }];
    const strategy = new MemoryDeploymentStrategy({ processes: { demo: { exitCode: 1, lines } } });
    await strategy.deploy(demo);
    await expect(strategy.wait("demo")).rejects.toMatchObject({
      code: "TASK_FAILED",
      instance: { exitCode: 1, lastLogLines: ["it went wrong"] },
    });
  });

  test("wait rejects with TIMEOUT while health is starting, and with TASK_FAILED if it is unhealthy", async () => {
    const strategy = new MemoryDeploymentStrategy({
      processes: { slow: { health: "starting" }, sick: { health: "unhealthy" } },
    });
    const healthcheck = { Test: "true" };
    await strategy.deploy({ ...demo, name: "slow", healthcheck });
    await strategy.deploy({ ...demo, name: "sick" });
    await expect(strategy.wait("slow", { timeoutMs: 20 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await expect(strategy.wait("sick")).rejects.toMatchObject({ code: "TASK_FAILED" });
  });
});

describe("intercept", () => {
  test("runs before and after a call takes effect, and calls lists every call", async () => {
    const strategy = new MemoryDeploymentStrategy();
    const seen: string[] = [];
    strategy.intercept = (call, phase) => seen.push(`${phase} ${call}: ${strategy.engine.services.has("demo")}`);
    await strategy.deploy(demo);
    await strategy.list();
    expect(seen.slice(0, 2)).toEqual(["before deploy demo: false", "after deploy demo: true"]);
    expect(strategy.calls).toEqual(["deploy demo", "list"]);
  });

  test("an error before a call is its result, and the call has no effect", async () => {
    const strategy = new MemoryDeploymentStrategy();
    strategy.intercept = (_, phase) => {
      if (phase === "before") throw broken;
    };
    await expect(strategy.deploy(demo)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE", service: "demo" });
    expect(strategy.engine.services.size).toBe(0);
  });

  test("an error after a call is its result, and the call has taken effect", async () => {
    const strategy = new MemoryDeploymentStrategy();
    strategy.intercept = (_, phase) => {
      if (phase === "after") throw broken;
    };
    await expect(strategy.deploy(demo)).rejects.toMatchObject({ code: "ENGINE_UNREACHABLE" });
    expect(strategy.engine.services.has("demo")).toBe(true);
  });

  test("delays a call until its promise resolves", async () => {
    const strategy = new MemoryDeploymentStrategy();
    const gate = Promise.withResolvers<void>();
    strategy.intercept = (call) => (call === "deploy demo" ? gate.promise : undefined);
    const deployed = strategy.deploy(demo);
    await strategy.list();
    expect(strategy.engine.services.size).toBe(0);
    gate.resolve();
    await deployed;
    expect(strategy.engine.services.size).toBe(1);
  });
});

describe("options for tests", () => {
  const bad = { ...demo, command: ["exit", "3"] };

  test("manifest removes capabilities, and a status has only what they cover", async () => {
    const strategy = new MemoryDeploymentStrategy({ manifest: { capabilities: ["list", "inspect"] } });
    await strategy.deploy(demo);
    expect(await strategy.inspect("demo")).not.toHaveProperty("settings");
    expect(await strategy.inspect("demo")).not.toHaveProperty("revision");
  });

  test("listsSettings false makes list inspect each service, only if settings are requested", async () => {
    const strategy = new MemoryDeploymentStrategy({ listsSettings: false });
    await strategy.deploy(demo);
    expect((await strategy.list())[0]).not.toHaveProperty("settings");
    expect((await strategy.list({ settings: true }))[0]).toHaveProperty("settings");
    expect(strategy.calls).toEqual(["deploy demo", "list", "list", "inspect demo"]);
  });

  test("onFailedUpdate keep rejects the update and changes nothing", async () => {
    const strategy = new MemoryDeploymentStrategy({ onFailedUpdate: "keep" });
    await strategy.deploy(demo);
    await expect(strategy.update(bad)).rejects.toMatchObject({ code: "TASK_FAILED", instance: { exitCode: 3 } });
    expect(strategy.engine.service("demo").request.command).toBeUndefined();
  });

  test("onFailedUpdate rollback restores the previous version, and wait rejects with ROLLED_BACK", async () => {
    const strategy = new MemoryDeploymentStrategy({ onFailedUpdate: "rollback" });
    await strategy.deploy(demo);
    await strategy.update(bad);
    await expect(strategy.wait("demo")).rejects.toMatchObject({ code: "ROLLED_BACK" });
    expect(strategy.engine.service("demo").request.command).toBeUndefined();
  });

  test("digests pins an image with the pull policy always", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const strategy = new MemoryDeploymentStrategy({ digests: { "app:1": digest } });
    await strategy.deploy({ ...demo, imagePullPolicy: "always" });
    expect(await strategy.inspect("demo")).toMatchObject({ image: `app:1@${digest}` });
  });
});

describe("the engine", () => {
  test("put creates a service without checks, and overrides its status until its next change", async () => {
    const strategy = new MemoryDeploymentStrategy();
    strategy.engine.put({ name: "demo" }, { unfinished: true });
    expect(await strategy.inspect("demo")).toMatchObject({ state: "running", unfinished: true });
    await strategy.update(demo);
    expect(await strategy.inspect("demo")).not.toHaveProperty("unfinished");
  });

  test("exit ends the processes of a service", async () => {
    const strategy = new MemoryDeploymentStrategy();
    await strategy.deploy(demo);
    strategy.engine.exit("demo", 3);
    expect(await strategy.inspect("demo")).toMatchObject({ state: "failed", instances: [{ exitCode: 3 }] });
  });

  test("a service is attached to the network that exists when it starts", async () => {
    const strategy = new MemoryDeploymentStrategy({ networks: [] });
    const { id } = await strategy.createResource({ kind: "network", name: "net", labels: {} });
    await strategy.deploy({ ...demo, networks: ["net"] });
    strategy.engine.resources.put({ kind: "network", name: "net", id: "other", labels: {} });
    expect(await strategy.inspect("demo")).toMatchObject({ networks: [{ id, name: "net" }] });
  });
});

test("two strategies can share an engine", async () => {
  const engine = new MemoryEngine();
  await new MemoryDeploymentStrategy({}, engine).deploy(demo);
  await expect(new MemoryDeploymentStrategy({}, engine).inspect("demo")).resolves.toMatchObject({ state: "running" });
});

test("without options every image and network exists", async () => {
  await expect(new MemoryDeploymentStrategy().deploy({ ...demo, networks: ["any"] })).resolves.toMatchObject({
    warnings: [],
  });
});

describe("the plugin", () => {
  test("creates the strategy with its options", async () => {
    const registry = new StrategyRegistry();
    registry.register(plugin);
    const strategy = await registry.create("memory", { missingImages: ["app:1"], failOn: { other: broken } });
    await expect(strategy.deploy(demo)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(strategy.deploy({ ...demo, image: "b", name: "other" })).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
    });
  });

  test.each([{ color: 1 }, { latencyMs: -1 }, { failOn: { demo: new Error("x") } }, { supportedFields: ["color"] }])(
    "rejects %j",
    async (options) => {
      const registry = new StrategyRegistry();
      registry.register(plugin);
      await expect(registry.create("memory", options)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    },
  );
});
