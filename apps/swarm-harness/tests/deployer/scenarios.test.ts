import { type CapabilityName, REQUEST_FIELDS } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy, MemoryEngine, type UpdateFailureAction } from "@openfactory/strategy-memory";
import { describe, test } from "vitest";
import { checkScenario, skipReason } from "./scenarios/check-scenario.js";
import type { PlatformFixture } from "./scenarios/platform-fixture.js";
import { SCENARIOS } from "./scenarios/table.js";

const ALL: readonly CapabilityName[] = new MemoryDeploymentStrategy().manifest.capabilities;
const without = (...names: CapabilityName[]): CapabilityName[] => ALL.filter((name) => !names.includes(name));

interface Platform {
  readonly capabilities: readonly CapabilityName[];
  readonly listsSettings: boolean;
  readonly onFailedUpdate: UpdateFailureAction;
}

/** Platforms with different capabilities and behavior. */
const PLATFORMS: Readonly<Record<string, Platform>> = {
  "lists settings, and rolls back a failed update": {
    capabilities: ALL,
    listsSettings: true,
    onFailedUpdate: "rollback",
  },
  "lists settings, and leaves a failed update": { capabilities: ALL, listsSettings: true, onFailedUpdate: "leave" },
  "inspects settings, and keeps the old version until the new one runs": {
    capabilities: ALL,
    listsSettings: false,
    onFailedUpdate: "keep",
  },
  "can't roll back": { capabilities: without("rollback"), listsSettings: false, onFailedUpdate: "leave" },
  "can't update in place": {
    capabilities: without("update", "rollback"),
    listsSettings: false,
    onFailedUpdate: "leave",
  },
  "can't read settings": { capabilities: without("settings"), listsSettings: false, onFailedUpdate: "leave" },
};

function createFixture({ capabilities, ...options }: Platform): PlatformFixture {
  const engine = new MemoryEngine({ networks: [], onlyMadeFiles: true });
  const manifest = { capabilities, limitations: [] };
  const strategy = new MemoryDeploymentStrategy({ supportedFields: [...REQUEST_FIELDS], manifest, ...options }, engine);
  const addNetwork = (name: string, id: string, key?: string): void => {
    const labels = engine.resources.get("network", name)?.labels ?? {};
    engine.resources.put({ kind: "network", name, id, labels }, key);
  };
  return {
    strategy,
    project: "factory",
    options: { settleMs: 1 },
    request: { image: "demo:1", restart: { Condition: "none" } },
    commands: { runs: ["sleep", "9"], fails: ["exit", "3"], ends: ["exit", "0"] },
    async versionOf(service) {
      const env = engine.services.get(service)?.request.env ?? [];
      return Number(env.find((entry) => entry.startsWith("VERSION="))?.slice(8) ?? 0);
    },
    recreateNetwork: async (name) => addNetwork(name, "recreated"),
    duplicateNetwork: async (name) => addNetwork(name, "duplicate", `network ${name} again`),
    stop: async (service) => engine.exit(service, 3),
  };
}

describe.each(Object.entries(PLATFORMS))("a platform that %s", (_, platform) => {
  const possible = SCENARIOS.filter((scenario) => skipReason(scenario, createFixture(platform)) === undefined);
  test.each(possible.map((scenario) => [scenario.name, scenario] as const))("%s", (_name, scenario) =>
    checkScenario(scenario, createFixture(platform)),
  );
});
