import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { checkRenamed, checkTwoFiles, type Place } from "./support/two-files.js";

const host = process.env["DOCKER_HOST"] ?? "";
const raw = new RawEngine(host);

const place: Place = {
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

test("two files in one directory are two owners to every command", () =>
  checkTwoFiles(place, ["app_a.yml", "app_b.yml"], true));

test("two directories of one name are two owners to every command", () =>
  checkTwoFiles(
    place,
    ["opcua/coordinator/app_opcua_coordinator.yml", "shdr/coordinator/app_shdr_coordinator.yml"],
    false,
  ));

test("two directories of one name, with one file name, are two owners to every command", () =>
  checkTwoFiles(place, ["opcua/coordinator/app_coordinator.yml", "shdr/coordinator/app_coordinator.yml"], false));

test("a renamed file takes ownership, in new containers", () => checkRenamed(place, true));
