import { createEngine, type EngineVersion } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { describe } from "vitest";
import { resourcesOn } from "./resources-on.support.js";

describe.each<EngineVersion>(["26.1", "28.5"])("resources on Engine %s", (engine) => {
  resourcesOn(async () => {
    const { host, down } = await createEngine({ engine, images: [TEST_IMAGE] });
    return { host, close: down };
  });
});
