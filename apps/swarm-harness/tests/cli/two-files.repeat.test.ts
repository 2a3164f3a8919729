import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, test } from "vitest";
import { checkTwoFiles } from "./support/check-ownership.js";
import { enginePlatform, swarmPlatform } from "./support/test-platforms.js";

const ONE_DIRECTORY_NAME = [
  "opcua/coordinator/app_opcua_coordinator.yml",
  "shdr/coordinator/app_shdr_coordinator.yml",
] as const;

describe("on an engine", () => {
  const host = process.env["DOCKER_HOST"] ?? "";
  const platform = enginePlatform(new RawEngine(host), host);

  test("every command changes only the services of its directory, with two directories of one name", () =>
    checkTwoFiles(platform, ONE_DIRECTORY_NAME, false));

  test("every command changes only the services of its directory, with two directories and files of one name", () =>
    checkTwoFiles(platform, ["opcua/coordinator/app_coordinator.yml", "shdr/coordinator/app_coordinator.yml"], false));
});

describe("on a swarm", () => {
  let swarm: Swarm;
  beforeAll(async () => {
    swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  });
  afterAll(() => swarm?.down());

  const onSwarm = (files: readonly [string, string], isOneProject: boolean): Promise<void> => {
    const { api, host } = swarm.managers[0]!;
    return checkTwoFiles(swarmPlatform(api, host), files, isOneProject);
  };

  test("every command changes only the services of its file, with two files in one directory", () =>
    onSwarm(["app_a.yml", "app_b.yml"], true));

  test("every command on a swarm changes only the services of its directory, with two directories of one name", () =>
    onSwarm(ONE_DIRECTORY_NAME, false));
});
