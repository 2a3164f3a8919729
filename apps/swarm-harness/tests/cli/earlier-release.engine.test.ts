import { test } from "vitest";
import { checkEarlierRelease, NEW_FIELDS } from "./support/earlier-release.js";

test("plan names the release as the reason of the changes of an app that an earlier one deployed, and up makes them once", () =>
  checkEarlierRelease({ platform: "docker", host: process.env["DOCKER_HOST"] ?? "", expected: NEW_FIELDS }));
