import { randomBytes } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { AppFolder } from "./app-folder.js";
import { HOUR, NEGATIVE_TIME, shiftedClock } from "./shifted-clock.js";

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

test.each([
  ["an hour behind the engine", -HOUR],
  ["an hour ahead of the engine", HOUR],
])("a command whose clock is %s deploys, lists and rolls back, and prints no negative time", async (_, offMs) => {
  const shifted = { env: shiftedClock(offMs) };
  apps.write({ version: 1, names: ["a"] });
  const first = await apps.run(["up", "--timeout", "20"], shifted);
  expect(first.code, first.text).toBe(0);
  apps.write({ version: 2, names: ["a"] });
  const second = await apps.run(["up"]);
  expect(second.code, second.text).toBe(0);
  const listed = await apps.run(["ps", "--json"], shifted);
  expect(listed.code, listed.text).toBe(0);
  const back = await apps.run(["rollback"], shifted);
  expect(back.code, back.text).toBe(0);
  expect(back.text).toContain("1 running");
  for (const { text } of [first, listed, back]) expect(text).not.toMatch(NEGATIVE_TIME);
});
