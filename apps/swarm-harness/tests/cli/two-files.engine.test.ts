import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { checkRenamed, checkTwoFiles } from "./support/check-ownership.js";
import { enginePlatform } from "./support/test-platforms.js";

// With two directories of one name, and on a swarm: two-files.repeat.test.ts.
const host = process.env["DOCKER_HOST"] ?? "";
const platform = enginePlatform(new RawEngine(host), host);

test("every command changes only the services of its file, with two files in one directory", () =>
  checkTwoFiles(platform, ["app_a.yml", "app_b.yml"], true));

test("up --take-ownership of a renamed file starts its apps in new containers", () => checkRenamed(platform, true));
