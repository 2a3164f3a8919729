import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { checkComposeProject } from "./support/check-compose.js";
import { enginePlatform } from "./support/test-platforms.js";

const host = process.env["DOCKER_HOST"] ?? "";

test("services of a Compose file find each other by their keys, and files converted from it change nothing", () =>
  checkComposeProject(enginePlatform(new RawEngine(host), host)));
