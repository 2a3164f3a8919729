import { shareSwarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { describe } from "vitest";
import { updatesOn } from "./update-on.support.js";

// On an engine in a swarm, a running container that was renamed can still be found by its old name.
describe("updates on an engine that is in a swarm", () => {
  updatesOn(async () => {
    const { nodes, down } = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
    return { host: nodes[0]?.host ?? "", close: down };
  });
});
