import type { ContractTargetModule } from "../src/index.js";
import { BrokenStrategy, MISSING_IMAGE } from "./broken-strategy.js";

/** The broken strategy, whose services the probes read from its platform: a map. */
export default {
  name: "broken <strategy>",
  implementation: { name: "broken", version: "1.2.3" },
  engine: { name: "a map", version: "1" },
  options: { pollTimeoutMs: 500, model: { runs: 1, steps: 3 } },
  factory: () => {
    const strategy = new BrokenStrategy();
    const { services } = strategy;
    return {
      strategy,
      probes: {
        settings: async (name) => {
          const service = services.get(name);
          if (service === undefined) return undefined;
          const { image, env = [], labels = {} } = service.request;
          return { ids: [service.id], image, env, labels };
        },
        names: async () => [...services.keys()],
        instances: async (name) => {
          const service = services.get(name);
          return service === undefined ? [] : [{ id: service.id, running: true }];
        },
        output: async () => [],
      },
      images: { plain: "app:1", withEntrypoint: "app:1", missing: MISSING_IMAGE },
      lateEffectsMs: 10,
      network: async () => "network",
      cleanup: async (name) => void services.delete(name),
      close: async () => strategy.close(),
    };
  },
} satisfies ContractTargetModule;
