import { randomBytes } from "node:crypto";
import { engineApi, TEST_IMAGE, TEST_LABEL } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ExplainedCalls, fileOf } from "./explained-calls.support.js";

const id = `waits-${randomBytes(3).toString("hex")}`;
let explained: ExplainedCalls;
beforeAll(async () => {
  explained = await new ExplainedCalls("docker").start(process.env["DOCKER_HOST"] ?? "");
});
afterAll(async () => {
  await explained?.close();
  for (const name of [id, `${id}-old`]) await engineApi("DELETE", `/containers/${name}?force=1&v=1`);
  await engineApi("DELETE", `/networks/${id}_back`);
});

const write = (version: number): ExplainedCalls["project"] => explained.project.write(fileOf(id, version));

test("every call of every command is explained while the engine does not answer it", async () => {
  write(1);
  await explained.runAll([
    [["plan"], 2],
    [["up"], 0],
    [["ps"], 0],
    [["ls"], 0],
    [["images"], 0],
    [["logs", "web"], 0],
    [["wait"], 0],
    [["doctor"], 0],
    [["restart"], 0],
    [["stop"], 0],
    [["start"], 0],
    [["exec", "-T", "web", "true"], 0],
  ]);
  write(2);
  expect(await explained.run(["up", "--json"])).toMatchObject({ code: 0 });
  expect(await explained.run(["rollback"], { isTTY: true })).toMatchObject({ code: 0 });
  expect(await explained.run(["down", "--json"])).toMatchObject({ code: 0 });
  expect(explained.silent).toEqual([]);
  expect(explained.calls.size).toBeGreaterThan(20);
});

test("adopt explains its calls", async () => {
  explained.project.write(
    fileOf(id, 1)
      .replace(/    networks:.*\n/, "")
      .replace(/^networks:[^]*/m, ""),
  );
  await engineApi("POST", `/containers/create?name=${id}`, {
    Image: TEST_IMAGE,
    Cmd: ["sleep", "600"],
    Labels: { [TEST_LABEL]: "1" },
  });
  const { code, err } = await explained.run(["adopt", "web"]);
  expect(code, err).toBe(0);
  expect(explained.silent).toEqual([]);
});
