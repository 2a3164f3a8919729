import { fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

/** The swarm's count leaves out a node whose task has failed until the next attempt is due. */
const counted = { ServiceStatus: { RunningTasks: 2, DesiredTasks: 2 } };
const everywhere = service({}, counted, { Mode: { Global: {} } });
const on = (number: number, name: string, state: string, more: object = {}, status: object = {}) =>
  task(number, state, status, { Slot: undefined, NodeID: name, ...more });
const two = [on(1, "n1", "running"), on(2, "n2", "running")];
const rejected = (number: number) => on(number, "n3", "rejected", {}, { Err: "No such image: demo:1" });
const delayed = (number: number) => on(number, "n3", "ready", { DesiredState: "ready" });

/** A swarm that answers each poll with the next list of tasks, and then with the last one. */
function swarm(nodes: object[], ...polls: object[][]) {
  let next = 0;
  const { engine, calls } = fakeEngine({
    "services.list": () => [everywhere],
    "nodes.list": () => nodes,
    "tasks.list": () => polls[Math.min(next++, polls.length - 1)],
    "images.digest": () => "sha256:1",
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  return { strategy, calls, wait: (timeoutMs = 60_000) => strategy.wait("demo", { settleMs: 1, timeoutMs }) };
}
const three = [node(1), node(2), node(3)];

describe("wait() on a global service", () => {
  test("does not resolve while one node has rejected its task, although the swarm's count is complete", async () => {
    const { wait } = swarm(three, [...two, rejected(3), delayed(4)]);
    await expect(wait(400)).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringContaining("2 of 3 tasks run"),
    });
    const later = swarm(three, [...two, rejected(3), delayed(4)], [...two, rejected(3), on(4, "n3", "running")]);
    expect(await later.wait()).toMatchObject({ state: "running", replicas: { running: 3, desired: 3 } });
  });

  test("rejects when one node keeps rejecting its task, since no other node runs it", async () => {
    const { wait } = swarm(three, [...two, rejected(3)], [...two, rejected(3), rejected(4), delayed(5)]);
    await expect(wait()).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND", instance: { node: "node-3" } });
  });

  test("does not resolve before the swarm has created its tasks", async () => {
    const { wait } = swarm(three, [], [...two], [...two, on(3, "n3", "running")]);
    expect(await wait()).toMatchObject({ state: "running", replicas: { running: 3, desired: 3 } });
  });

  test("counts the eligible nodes, and the paused nodes that keep their task", async () => {
    const paused = { ...node(3), Spec: { ...node(3).Spec, Availability: "pause" } };
    const drained = { ...node(4), Spec: { ...node(4).Spec, Availability: "drain" } };
    const stopped = on(4, "n4", "running", { DesiredState: "shutdown" });
    const { wait } = swarm([node(1), node(2), paused, drained], [...two, on(3, "n3", "running"), stopped]);
    expect(await wait()).toMatchObject({ replicas: { running: 3, desired: 3 } });
    expect(await swarm([node(1), node(2), paused], two).wait()).toMatchObject({ replicas: { running: 2, desired: 2 } });
  });

  test("list() reads its tasks instead of the swarm's count", async () => {
    const { strategy, calls } = swarm(three, [...two, rejected(3), delayed(4)]);
    expect(await strategy.list({ instances: false })).toMatchObject([
      { state: "failed", replicas: { running: 2, desired: 3 } },
    ]);
    expect(calls).toEqual(["services.list", "tasks.list", "nodes.list"]);
  });
});
