import { shareSwarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { describe } from "vitest";
import { sampleFaultsOn } from "./sample-on.support.js";
import { localPlatform, swarmPlatform } from "./support/platforms.js";

describe("on an engine", () =>
  sampleFaultsOn(async () => {
    const platform = localPlatform("docker", new RawEngine(process.env["DOCKER_HOST"] ?? ""));
    return { platform, close: async () => {} };
  }, [
    ["up (new)", ["reset after", "garbage", "engine dead"], 17],
    ["down", ["stall after", "engine dead"], 9],
    ["scale", ["reset before", "engine dead"], 9],
    ["exec", ["wrong type", "503"], 5],
  ]));

describe("on a swarm", () =>
  sampleFaultsOn(async () => {
    const swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
    return { platform: swarmPlatform(new RawEngine(swarm.managers[0]?.host ?? "")), close: () => swarm.down() };
  }, [
    ["up (new)", ["reset after", "garbage"], 17],
    ["exec", ["wrong type"], 5],
  ]));
