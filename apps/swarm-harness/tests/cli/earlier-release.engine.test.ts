import { test } from "vitest";
import { checkEarlierRelease, NEW_FIELDS } from "./support/earlier-release.js";

test("plan reports the earlier release as the reason for changes, and up applies them once", () =>
  checkEarlierRelease({ platform: "docker", host: process.env["DOCKER_HOST"] ?? "", expected: NEW_FIELDS }));
