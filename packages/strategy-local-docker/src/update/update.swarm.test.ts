import { createEngine, createSwarm, type EngineVersion } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { describe } from "vitest";
import { updatesOn } from "./update-on.test.support.js";

describe.each<EngineVersion>(["26.1", "28.5"])("updates on Engine %s", (engine) => {
  updatesOn(async () => {
    const { host, down } = await createEngine({ engine, images: [TEST_IMAGE] });
    return { host, close: down };
  });
});

// There, a container that changes its name while it runs is found by the old one on.
describe("updates on an engine that is in a swarm", () => {
  updatesOn(async () => {
    const { nodes, down } = await createSwarm({ nodes: 1, images: [TEST_IMAGE] });
    return { host: nodes[0]?.host ?? "", close: down };
  });
});
