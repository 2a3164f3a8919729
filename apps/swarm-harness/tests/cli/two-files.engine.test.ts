import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { checkRenamed, checkTwoFiles } from "./support/check-ownership.js";
import { enginePlatform } from "./support/test-platforms.js";

const host = process.env["DOCKER_HOST"] ?? "";
const platform = enginePlatform(new RawEngine(host), host);

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
