import { expect, test } from "vitest";
import { z } from "zod";
import { CONTRACT_VERSION } from "../plugins/contract-version.js";
import { DEPLOYMENT_STRATEGY, defineStrategyPlugin, StrategyRegistry } from "../plugins/strategy-plugin.js";
import { parseRequest } from "../request/parse-request.js";
import { checkSupport } from "./check-support.js";
import { REQUIRED_FIELDS, type StrategyManifest } from "./manifest.js";
import { type LegacyManifest, readManifest } from "./read-manifest.js";
import { OpenFactoryServiceDeploymentStrategy } from "./strategy.js";

const legacy: LegacyManifest = {
  name: "old",
  capabilities: ["list"],
  honours: [...REQUIRED_FIELDS, "ports", "networks"],
  unhonoured: [
    { field: "ports[].mode", reason: "Always ingress.", holdsFor: (mode) => mode === "host" },
    { field: "ports", reason: "Not published.", onEveryNetwork: ({ internal }) => internal === true },
  ],
};

test("readManifest() returns a manifest with the present names as the same object", () => {
  const manifest: StrategyManifest = { name: "new", capabilities: [], supportedFields: [], limitations: [] };
  expect(readManifest(manifest)).toBe(manifest);
});

test("readManifest() adds the present names to a legacy manifest and keeps the legacy ones", () => {
  const { supportedFields, limitations, ...rest } = readManifest(legacy);
  expect(supportedFields).toBe(legacy.honours);
  expect(limitations.map(({ field }) => field)).toEqual(["ports[].mode", "ports"]);
  expect(rest).toEqual(legacy);
});

test("checkSupport() applies the limitations of a legacy manifest", () => {
  const request = parseRequest({
    name: "demo",
    image: "app",
    user: "1",
    networks: ["in"],
    ports: [{ target: 80, mode: "host" }, { target: 81 }],
  });
  const networks = new Map([["in", { internal: true }]]);
  const warnings = checkSupport(request, legacy as unknown as StrategyManifest, { networks });
  expect(warnings.map(({ field }) => field)).toEqual(["ports[].mode", "ports", "user"]);
});

test("StrategyRegistry.create() gives a strategy with a legacy manifest the present names", async () => {
  class LegacyStrategy extends OpenFactoryServiceDeploymentStrategy {
    override readonly manifest = legacy as unknown as StrategyManifest;
    readonly deploy = async () => Promise.reject(new Error("not used"));
    readonly remove = async () => undefined;
  }
  const registry = new StrategyRegistry();
  registry.register(
    defineStrategyPlugin({
      name: "old",
      contractVersion: CONTRACT_VERSION,
      description: "Old.",
      options: z.strictObject({}),
      register: (container) => void container.register(DEPLOYMENT_STRATEGY, { useValue: new LegacyStrategy() }),
    }),
  );
  const { manifest } = await registry.create("old");
  expect(manifest).toMatchObject({ supportedFields: legacy.honours, honours: legacy.honours });
});
