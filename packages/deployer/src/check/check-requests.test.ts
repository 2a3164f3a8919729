import { DeploymentError, type StrategyManifest } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { app, memory } from "../../test/fixtures.js";
import type { DesiredApp } from "../model/project.js";
import { parseRequests } from "./check-requests.js";

const at = (line: number) => ({ file: "apps.yml", line, column: 5 });

function issuesOf(one: DesiredApp, limitations: StrategyManifest["limitations"]) {
  const strategy = memory({ limitations });
  try {
    parseRequests([one], strategy);
    return [];
  } catch (error) {
    if (!DeploymentError.isInstance(error, "UNSUPPORTED")) throw error;
    return error.issues.map(({ message, location }) => `${location?.line}: ${message}`);
  }
}

test("parseRequests() reports a range of ports, which is one entry of the file, once", () => {
  const ports = [80, 81, 82].map((target) => ({ target, published: target, hostAddress: "127.0.0.1" }));
  const locate = (field: string) => at(field.startsWith("ports[2]") ? 9 : 8);
  const reason = "Open to all.";
  expect(
    issuesOf({ ...app("web", { ports }), locate }, [{ field: "ports[].hostAddress", reason, refuse: true }]),
  ).toEqual(["8: Web: ports[0].hostAddress: Open to all.", "9: Web: ports[2].hostAddress: Open to all."]);
});

test("parseRequests() names an unsupported variable, and not its value", () => {
  const one = { ...app("web", { env: ["A=1", "QUERY=secret={{x}}", "KEY={{y}}"] }), locate: () => at(8) };
  const appliesTo = (value: unknown) => String(value).includes("{{");
  expect(issuesOf(one, [{ field: "env[]", reason: "A template.", refuse: true, appliesTo }])).toEqual([
    "8: Web: env[1] (QUERY): A template.",
    "8: Web: env[2] (KEY): A template.",
  ]);
});
