import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { COMMAND } from "../cli/support/spawn-ofdeploy.js";
import { AppFolder } from "./app-folder.js";

const HOUR = 3_600_000;
const SHIFT = fileURLToPath(new URL("./clock-shift.support.mjs", import.meta.url));

const apps = new AppFolder(`clock-${randomBytes(3).toString("hex")}`, () => [
  "--platform",
  "docker",
  "--host",
  process.env["DOCKER_HOST"] ?? "",
]);
afterEach(async () => {
  const down = await apps.run(["down"]);
  expect(down.code, down.text).toBe(0);
});

/** Runs the command with a clock that is off. The engine's clock is right, so from its view the engine's is off. */
function runShifted(words: readonly string[], offMs: number): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, ["--import", SHIFT, COMMAND, ...words], {
    cwd: apps.folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, CLOCK_OFF_MS: String(offMs), DEPLOYMENT_PLATFORM: "docker" },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (part) => (text += part));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, text })));
}

test.each([
  ["an hour behind the engine", -HOUR],
  ["an hour ahead of the engine", HOUR],
])("a command whose clock is %s deploys, lists and rolls back, and prints no negative time", async (_, offMs) => {
  apps.write({ version: 1, names: ["a"] });
  const first = await runShifted(["up", "--timeout", "20"], offMs);
  expect(first.code, first.text).toBe(0);
  apps.write({ version: 2, names: ["a"] });
  const second = await apps.run(["up"]);
  expect(second.code, second.text).toBe(0);
  const listed = await runShifted(["ps", "--json"], offMs);
  expect(listed.code, listed.text).toBe(0);
  const back = await runShifted(["rollback"], offMs);
  expect(back.code, back.text).toBe(0);
  expect(back.text).toContain("1 running");
  for (const { text } of [first, listed, back]) expect(text).not.toMatch(/(?<![\w-])-\d+(\.\d+)? ?(ms|s|min|h|d)\b/);
});
