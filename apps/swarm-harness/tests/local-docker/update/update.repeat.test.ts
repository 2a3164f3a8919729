import { createEngine, type EngineVersion } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { describe } from "vitest";
import { updatesOn } from "./update-on.support.js";

describe.each<EngineVersion>(["20.10", "26.1", "28.5"])("updates on Engine %s", (engine) => {
  updatesOn(async () => {
    const { host, down } = await createEngine({ engine, images: [TEST_IMAGE] });
    return { host, close: down };
  });
});
