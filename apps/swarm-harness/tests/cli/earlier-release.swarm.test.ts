import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, test } from "vitest";
import { checkEarlierRelease, NEW_FIELDS } from "./support/earlier-release.js";

let swarm: Swarm;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
});
afterAll(() => swarm?.down());

test("plan reports the earlier release as the reason for changes, and up applies them once", () =>
  checkEarlierRelease({
    platform: "swarm",
    host: swarm.managers[0]?.host ?? "",
    expected: [...NEW_FIELDS, "replicaEnv"],
  }));
