import { randomBytes } from "node:crypto";
import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ExplainedCalls, fileOf } from "./explained-calls.support.js";

const id = `waits-${randomBytes(3).toString("hex")}`;
let explained: ExplainedCalls;
let swarm: Swarm;
beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  explained = await new ExplainedCalls("swarm").start(swarm.nodes[0]?.host ?? "");
});
afterAll(async () => {
  await explained?.close();
  await swarm?.down();
});

test("every call of every command is explained while the manager does not answer it", async () => {
  const secrets = "    secrets: [token]\n";
  const declared = "secrets:\n  token:\n    environment: TOKEN\n";
  const write = (version: number) => explained.project.write(`${fileOf(id, version, secrets)}${declared}`);
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
    [["scale", "web=0", "--no-wait"], 0],
    [["scale", "web=1", "--no-wait"], 0],
    [["restart", "--no-wait"], 0],
    [["refresh-auth"], 0],
  ]);
  write(2);
  expect(await explained.run(["up", "--json", "--no-wait"])).toMatchObject({ code: 0 });
  expect(await explained.run(["rollback", "--no-wait"], { isTTY: true })).toMatchObject({ code: 0 });
  expect(await explained.run(["down", "--json"])).toMatchObject({ code: 0 });
  expect(explained.silent).toEqual([]);
  expect(explained.calls.size).toBeGreaterThan(20);
});
