import { fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

/** As the swarm counts it while a node's task has failed, and its next try is not due: the node is left out. */
const counted = { ServiceStatus: { RunningTasks: 2, DesiredTasks: 2 } };
const everywhere = service({}, counted, { Mode: { Global: {} } });
const on = (number: number, name: string, state: string, more: object = {}, status: object = {}) =>
  task(number, state, status, { Slot: undefined, NodeID: name, ...more });
const two = [on(1, "n1", "running"), on(2, "n2", "running")];
const rejected = (number: number) => on(number, "n3", "rejected", {}, { Err: "No such image: demo:1" });
const waitsForItsTurn = (number: number) => on(number, "n3", "ready", { DesiredState: "ready" });

/** What the swarm answers to each look at its tasks, the last one for ever. */
function swarm(nodes: object[], ...looks: object[][]) {
  let next = 0;
  const { engine, calls } = fakeEngine({
    "services.list": () => [everywhere],
    "nodes.list": () => nodes,
    "tasks.list": () => looks[Math.min(next++, looks.length - 1)],
    "images.digest": () => "sha256:1",
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  return { strategy, calls, wait: () => strategy.wait("demo", { settleMs: 1, timeoutMs: 400 }) };
}
const three = [node(1), node(2), node(3)];

describe("a service that is to be on every node", () => {
  test("is not ready while one node has turned its task away, whatever the swarm counts", async () => {
    const { wait } = swarm(three, [...two, rejected(3), waitsForItsTurn(4)]);
    await expect(wait()).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringContaining("2 of 3 tasks run"),
    });
    const later = swarm(
      three,
      [...two, rejected(3), waitsForItsTurn(4)],
      [...two, rejected(3), on(4, "n3", "running")],
    );
    expect(await later.wait()).toMatchObject({ state: "running", replicas: { running: 3, desired: 3 } });
  });

  test("has failed where one node turns it away again and again: no other one takes it", async () => {
    const { wait } = swarm(three, [...two, rejected(3)], [...two, rejected(3), rejected(4), waitsForItsTurn(5)]);
    await expect(wait()).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND", instance: { node: "node-3" } });
  });

  test("is not ready before the swarm has made its tasks", async () => {
    const { wait } = swarm(three, [], [...two], [...two, on(3, "n3", "running")]);
    expect(await wait()).toMatchObject({ state: "running", replicas: { running: 3, desired: 3 } });
  });

  test("counts the nodes that take tasks, and those that are to go on with theirs", async () => {
    const paused = { ...node(3), Spec: { ...node(3).Spec, Availability: "pause" } };
    const drained = { ...node(4), Spec: { ...node(4).Spec, Availability: "drain" } };
    const stopped = on(4, "n4", "running", { DesiredState: "shutdown" });
    const { wait } = swarm([node(1), node(2), paused, drained], [...two, on(3, "n3", "running"), stopped]);
    expect(await wait()).toMatchObject({ replicas: { running: 3, desired: 3 } });
    expect(await swarm([node(1), node(2), paused], two).wait()).toMatchObject({ replicas: { running: 2, desired: 2 } });
  });

  test("is looked at task by task in a listing", async () => {
    const { strategy, calls } = swarm(three, [...two, rejected(3), waitsForItsTurn(4)]);
    expect(await strategy.list({ instances: false })).toMatchObject([
      { state: "failed", replicas: { running: 2, desired: 3 } },
    ]);
    expect(calls).toEqual(["services.list", "tasks.list", "nodes.list"]);
  });
});
