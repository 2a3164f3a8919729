import { RawEngine } from "@openfactory/test-engine";
import { test } from "vitest";
import { checkSavedPlan } from "./support/check-saved-plan.js";

// On a swarm: saved-plan.repeat.test.ts.
const host = process.env["DOCKER_HOST"] ?? "";

test("up applies a saved plan on an engine, and refuses it once a network or a service has changed", () =>
  checkSavedPlan(new RawEngine(host), ["--platform", "docker", "--host", host], "bridge"));
