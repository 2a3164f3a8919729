import { createEngine, type EngineVersion } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { describe } from "vitest";
import { settingsReadBack } from "./settings-on.support.js";

describe.each<EngineVersion>(["20.10", "26.1", "28.5"])("settings on Engine %s", (engine) => {
  settingsReadBack(async () => {
    const { host, down } = await createEngine({ engine, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
    return { host, close: down };
  });
});
