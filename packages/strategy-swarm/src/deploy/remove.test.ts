import { fails, fakeEngine } from "@openfactory/docker-probes";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const down = (number: number) => ({ ...node(number), Status: { State: "down" } });

/** The error of a removal on these nodes while the swarm keeps the tasks as running, and the calls. */
async function removalOf(nodes: object[], tasks: object[]) {
  const { engine, calls } = fakeEngine({
    "services.list": () => [service()],
    "services.remove": () => undefined,
    "nodes.list": () => nodes,
    "tasks.list": () => tasks,
  });
  const began = Date.now();
  const removal = new SwarmDeploymentStrategy(engine).remove("demo", { wait: true }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(70_000);
  return { error: await removal, calls, tookMs: Date.now() - began };
}
const running = (number: number, NodeID: string) => task(number, "running", {}, { NodeID, DesiredState: "remove" });

test("remove() with wait rejects with TIMEOUT, with the nodes, once all remaining tasks are on nodes that are down", async () => {
  const one = await removalOf([down(1), node(2)], [running(1, "n1"), running(2, "n1")]);
  expect(one.error).toMatchObject({
    code: "TIMEOUT",
    message: "Service demo was removed, but 2 tasks may still run on node-1: the node is down.",
    hint: expect.stringContaining("when node-1 is back"),
  });
  const two = await removalOf([down(1), down(2)], [running(1, "n1"), running(2, "n2")]);
  expect(two.error).toMatchObject({
    message: "Service demo was removed, but 2 tasks may still run on node-1, node-2: the nodes are down.",
  });
  expect(one.calls.filter((call) => call.startsWith("nodes.list"))).toHaveLength(1);
});

test("remove() with wait waits for its time limit while a task runs on a node that is ready", async () => {
  const { error } = await removalOf([down(1), node(2)], [running(1, "n1"), running(2, "n2")]);
  expect(error).toMatchObject({
    code: "TIMEOUT",
    message: "Service demo was removed, but 2 of its tasks did not end within 60 s.",
  });
});

test("remove() of a service that another process removes after the lookup rejects with NOT_FOUND and a hint", async () => {
  const { engine } = fakeEngine({ "services.list": () => [service()], "services.remove": fails("NOT_FOUND") });
  const removal = new SwarmDeploymentStrategy(engine).remove("demo").catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await removal).toMatchObject({ code: "NOT_FOUND", service: "demo", hint: expect.stringMatching(/./) });
});
