import { DeploymentError, StrategyRegistry } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { MemoryEngine, MemoryDeploymentStrategy, plugin } from "./index.js";

const demo = { image: "app:1", name: "demo" };
const broken = new DeploymentError("ENGINE_UNREACHABLE", "No engine answers.", { hint: "Start it." });

describe("what fails on purpose", () => {
  test("an error by service fails its deploy, and nothing is left behind", async () => {
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
    "an error of %s fails that, and no more",
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

describe("processes by service", () => {
  test("one that ends fails its wait, with its last lines", async () => {
    const lines = [{ stream: "stderr" as const, line: "it went wrong" }];
    const strategy = new MemoryDeploymentStrategy({ processes: { demo: { exitCode: 1, lines } } });
    await strategy.deploy(demo);
    await expect(strategy.wait("demo")).rejects.toMatchObject({
      code: "TASK_FAILED",
      instance: { exitCode: 1, lastLogLines: ["it went wrong"] },
    });
  });

  test("health that stays starting is a TIMEOUT, unhealthy a TASK_FAILED, with or without a check", async () => {
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

test("two strategies may share a world", async () => {
  const engine = new MemoryEngine();
  await new MemoryDeploymentStrategy({}, engine).deploy(demo);
  await expect(new MemoryDeploymentStrategy({}, engine).inspect("demo")).resolves.toMatchObject({ state: "running" });
});

test("without options every image and network is there", async () => {
  await expect(new MemoryDeploymentStrategy().deploy({ ...demo, networks: ["any"] })).resolves.toMatchObject({
    warnings: [],
  });
});

describe("the plugin", () => {
  test("makes the strategy, with its options", async () => {
    const registry = new StrategyRegistry();
    registry.register(plugin);
    const strategy = await registry.create("memory", { missingImages: ["app:1"], failOn: { other: broken } });
    await expect(strategy.deploy(demo)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(strategy.deploy({ ...demo, image: "b", name: "other" })).rejects.toMatchObject({
      code: "ENGINE_UNREACHABLE",
    });
  });

  test.each([{ colour: 1 }, { latencyMs: -1 }, { failOn: { demo: new Error("x") } }, { honours: ["colour"] }])(
    "refuses %j",
    async (options) => {
      const registry = new StrategyRegistry();
      registry.register(plugin);
      await expect(registry.create("memory", options)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    },
  );
});
