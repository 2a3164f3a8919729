import { REQUEST_FIELDS } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { test } from "vitest";
import { checkSituation, whyNot } from "./situations/check-situation.js";
import type { Kit } from "./situations/kit.js";
import { SITUATIONS } from "./situations/table.js";

const memoryKit = (): Kit => {
  const strategy = new MemoryDeploymentStrategy({ honours: [...REQUEST_FIELDS] });
  return {
    strategy,
    project: "factory",
    options: { settleMs: 1 },
    request: { image: "demo:1", restart: { Condition: "none" } },
    commands: { runs: ["sleep"], fails: ["exit", "3"], ends: ["exit", "0"] },
    async versionOf(service) {
      const env = strategy.engine.services.get(service)?.request.env ?? [];
      return Number(env.find((entry) => entry.startsWith("VERSION="))?.slice(8) ?? 0);
    },
  };
};

const possible = SITUATIONS.filter((situation) => whyNot(situation, memoryKit()) === undefined);

test.each(possible.map((situation) => [situation.name, situation] as const))("%s", (_, situation) =>
  checkSituation(situation, memoryKit()),
);
