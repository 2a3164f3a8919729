import { expect, test } from "vitest";
import { CapturedOutput } from "../../../swarm-harness/tests/cli/support/run-ofdeploy.js";
import { writeJson } from "./json-lines.js";

test("writeJson() masks the values of env in settings, at any depth", () => {
  const output = new CapturedOutput();
  const settings = { name: "web", image: "demo:1", env: ["TOKEN=hunter2", "EMPTY="] };
  writeJson(output, "app", { app: "web", status: { name: "web", settings } });
  expect(output.text).not.toContain("hunter2");
  expect(JSON.parse(output.text)).toMatchObject({
    event: "app",
    status: { settings: { image: "demo:1", env: ["TOKEN=***", "EMPTY=***"] } },
  });
  expect(settings.env[0]).toBe("TOKEN=hunter2");
});
