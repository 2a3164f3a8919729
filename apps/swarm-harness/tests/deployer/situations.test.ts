import { describe, test } from "vitest";
import { ALL, type BadUpdate, FakeStrategy } from "../../../../packages/deployer/test/fake-strategy.js";
import type { CapabilityName } from "@openfactory/deploy-core";
import { checkSituation, whyNot } from "./situations/check-situation.js";
import type { Kit } from "./situations/kit.js";
import { SITUATIONS } from "./situations/table.js";

const without = (...names: CapabilityName[]): CapabilityName[] => ALL.filter((name) => !names.includes(name));

/** Platforms that differ in what they can do, and in how. */
const platforms: Readonly<
  Record<string, { capabilities: readonly CapabilityName[]; listsSettings?: boolean; badUpdate: BadUpdate }>
> = {
  "one that tells settings in its listing, and rolls back": {
    capabilities: ALL,
    listsSettings: true,
    badUpdate: "rolled back",
  },
  "one that tells settings in its listing, and leaves what failed": {
    capabilities: ALL,
    listsSettings: true,
    badUpdate: "left",
  },
  "one that tells settings of one service, and keeps the old one until the new one runs": {
    capabilities: ALL,
    badUpdate: "kept",
  },
  "one that can't roll back": { capabilities: without("rollback"), badUpdate: "left" },
  "one that can't change in place": { capabilities: without("update", "rollback"), badUpdate: "left" },
  "one that tells no settings": { capabilities: without("settings"), badUpdate: "left" },
};

const kitOf = (strategy: FakeStrategy): Kit => ({
  strategy,
  project: "factory",
  request: { image: "demo:1", restart: { Condition: "none" } },
  commands: { runs: ["sleep", "9"], fails: ["sh", "-c", "exit 3"], ends: ["sh", "-c", "exit 0"] },
  versionOf: async (service) => {
    const env = strategy.services.get(service)?.settings.env ?? [];
    return Number(env.find((entry) => entry.startsWith("VERSION="))?.slice(8) ?? 0);
  },
  recreateNetwork: async (name) => {
    const [found] = strategy.engine.networks(name);
    strategy.engine.putNetwork(name, "recreated", found?.labels);
  },
  twinNetwork: async (name) => {
    const [found] = strategy.engine.networks(name);
    strategy.engine.putNetwork(name, "twin", found?.labels, "network twin");
  },
  stop: async (service) => void strategy.engine.become(service, "failed"),
});

describe.each(Object.entries(platforms))("%s", (_, { capabilities, ...options }) => {
  const kit = (): Kit => kitOf(new FakeStrategy({}, { capabilities }, options));
  const possible = SITUATIONS.filter((situation) => whyNot(situation, kit()) === undefined);
  test.each(possible.map((situation) => [situation.name, situation] as const))("%s", (_, situation) =>
    checkSituation(situation, kit()),
  );
});
