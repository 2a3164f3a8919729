import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { checkRenamed, checkTwoFiles, type TestPlatform } from "./support/check-ownership.js";

const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);

const platform: TestPlatform = {
  options: ["--platform", "docker", "--host", host],
  canScale: false,
  async running(prefix) {
    const containers: { Id: string; Names: string[] }[] = await raw.call("GET", "/containers/json");
    const own = containers
      .map(({ Id, Names }) => [Names[0]?.slice(1) ?? "", Id] as const)
      .filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(own.sort());
  },
  async networks(prefix) {
    const networks: { Name: string }[] = await raw.call("GET", "/networks");
    return networks.map(({ Name }) => Name).filter((name) => name.startsWith(prefix));
  },
};

test("every command changes only the services of its file, with two files in one directory", () =>
  checkTwoFiles(platform, ["app_a.yml", "app_b.yml"], true));

test("every command changes only the services of its directory, with two directories of one name", () =>
  checkTwoFiles(
    platform,
    ["opcua/coordinator/app_opcua_coordinator.yml", "shdr/coordinator/app_shdr_coordinator.yml"],
    false,
  ));

test("every command changes only the services of its directory, with two directories and files of one name", () =>
  checkTwoFiles(platform, ["opcua/coordinator/app_coordinator.yml", "shdr/coordinator/app_coordinator.yml"], false));

test("up --take-ownership of a renamed file starts its apps in new containers", () => checkRenamed(platform, true));
