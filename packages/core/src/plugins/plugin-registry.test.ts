import { describe, expect, test } from "vitest";
import { z } from "zod";
import { AssetListenerRegistry, defineAssetListenerPlugin } from "./asset-listener.js";
import { ConnectorRegistry, defineConnectorPlugin } from "./connector-plugin.js";
import { CONTRACT_VERSION } from "./contract-version.js";
import { exportedPlugins } from "./plugin-registry.js";
import { StrategyRegistry } from "./strategy-plugin.js";

const modbus = defineConnectorPlugin({
  name: "modbus",
  contractVersion: CONTRACT_VERSION,
  description: "Modbus.",
  schema: z.strictObject({ type: z.literal("modbus") }),
  build: () => ({ services: [] }),
});

const listener = defineAssetListenerPlugin({
  name: "kafka",
  contractVersion: CONTRACT_VERSION,
  description: "Kafka.",
  create: () => ({ name: "kafka", onAsset: () => undefined }),
});

describe("ConnectorRegistry", () => {
  test("finds the connector among the plugins of a module, in any order", async () => {
    const registry = new ConnectorRegistry();
    registry.register({ listener, plugin: { name: "podman", contractVersion: 1 }, connector: modbus });
    expect((await registry.plugin("modbus")).description).toBe("Modbus.");
    expect(exportedPlugins({ listener, connector: modbus, default: modbus })).toEqual([modbus, listener]);
  });

  test("plugin() rejects with UNKNOWN_PLUGIN and the known names", async () => {
    const registry = new ConnectorRegistry();
    registry.register(modbus);
    await expect(registry.plugin("modbos")).rejects.toMatchObject({
      code: "UNKNOWN_PLUGIN",
      message: "Unknown connector modbos. Known connectors: modbus.",
    });
  });

  test.each([
    [{ ...modbus, kind: undefined }, "it exports no connector plugin"],
    [listener, "it exports no connector plugin"],
    [{ ...modbus, build: undefined }, "it has no build function"],
    [{ ...modbus, schema: {} }, "its schema is not a zod schema"],
    [{ ...modbus, contractVersion: 2 }, "it is built for contract version 2.0, and ofdeploy has version"],
  ])("register() rejects with PLUGIN_FAILED: %#", (plugin, reason) => {
    expect(() => new ConnectorRegistry().register(plugin)).toThrow(
      expect.objectContaining({ code: "PLUGIN_FAILED", message: expect.stringContaining(reason) }),
    );
  });
});

test("StrategyRegistry rejects a connector and an asset listener", () => {
  for (const other of [modbus, listener]) {
    expect(() => new StrategyRegistry().register(other)).toThrow("it exports no strategy plugin");
  }
});

test("AssetListenerRegistry rejects a plugin without a create function", () => {
  expect(() => new AssetListenerRegistry().register({ ...listener, create: 1 })).toThrow("it has no create function");
});
