import { fakeEngine } from "@openfactory/docker-probes";
import { expect, test } from "vitest";
import { node, service, task } from "./engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "./strategy.js";

/** What the swarm answers to each look at its tasks, the last one for ever. */
const swarm = (found: object, ...looks: object[][]) => {
  let next = 0;
  return fakeEngine({
    "services.list": () => [found],
    "services.inspect": () => found,
    "nodes.list": () => [node(1)],
    "tasks.list": () => looks[Math.min(next++, looks.length - 1)],
  }).engine;
};
const waitOn = (found: object, ...looks: object[][]) =>
  new SwarmDeploymentStrategy(swarm(found, ...looks)).wait("demo", { settleMs: 1, timeoutMs: 3_000 });

test("a service that has had failures, and runs, is ready", async () => {
  const tasks = [task(3, "running"), task(2, "failed"), task(1, "failed")];
  expect(await waitOn(service(), tasks)).toMatchObject({ state: "running", replicas: { running: 1, desired: 1 } });
});

test("one whose tasks fail while one waits is in a crash loop: node, exit code and the engine's words are told", async () => {
  const failure = { Err: "task: non-zero exit (3)", ContainerStatus: { ContainerID: "", ExitCode: 3 } };
  const looks = [[task(1, "failed", failure)], [task(1, "failed", failure), task(2, "rejected", { Err: "invalid mount" })]];
  await expect(waitOn(service(), ...looks)).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: "demo fails again and again (2 tasks): rejected on node-1: invalid mount.",
    instance: { node: "node-1", error: "invalid mount", lastLogLines: [] },
  });
});

const withoutImage = { Err: "No such image: r.io:5000/demo:1" };
test.each([
  ["missing", {}, ["r.io:5000 has the image", "node-1 can reach it", "`ofdeploy refresh-auth`"]],
  ["never", { "org.openfactory.deploy.pull-policy": "never" }, ["The pull policy is never", "load the image on node-1"]],
])("a node that lacks the image is told apart, with a hint that fits the policy %s", async (_, Labels, hint) => {
  const found = service({ ContainerSpec: { Image: "r.io:5000/demo:1" } });
  const looks = [task(1, "rejected", withoutImage), task(2, "rejected", withoutImage)];
  await expect(waitOn({ ...found, Spec: { ...found.Spec, Labels } }, looks)).rejects.toMatchObject({
    code: "IMAGE_NOT_FOUND",
    message: "demo fails again and again (2 tasks): rejected on node-1: No such image: r.io:5000/demo:1.",
    hint: expect.stringMatching(new RegExp(hint.join(".*"))),
    instance: { node: "node-1", error: "No such image: r.io:5000/demo:1" },
  });
});

test("words of a process that failed are no node's", async () => {
  const once = service({ RestartPolicy: { Condition: "none" } });
  const looks = [task(1, "failed", { Err: "task: No such image: x" })];
  await expect(waitOn(once, looks)).rejects.toMatchObject({ code: "TASK_FAILED" });
});

test("a failure that is not tried again is final", async () => {
  const once = service({ RestartPolicy: { Condition: "none" } });
  await expect(waitOn(once, [task(1, "failed", { Err: "boom" })])).rejects.toMatchObject({ code: "TASK_FAILED" });
});

test("what was rolled back is no success", async () => {
  const back = service({}, { UpdateStatus: { State: "rollback_completed", Message: "update paused due to failure" } });
  await expect(waitOn(back, [task(1, "running")])).rejects.toMatchObject({ code: "ROLLED_BACK" });
});

test("a task that ends before its health check passed has failed, though with exit code 0", async () => {
  const checked = service({
    ContainerSpec: { Image: "demo:1", Healthcheck: { Test: ["CMD-SHELL", "exit 1"] } },
    RestartPolicy: { Condition: "none" },
  });
  await expect(waitOn(checked, [task(1, "starting")], [task(1, "complete")])).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: expect.stringContaining("its health check had not passed"),
  });
  expect(await waitOn(checked, [task(1, "running")], [task(1, "complete")])).toMatchObject({ name: "demo" });
});

test("no replicas are ready at once", async () => {
  const none = service({}, {});
  (none.Spec.Mode.Replicated as { Replicas: number }).Replicas = 0;
  expect(await waitOn(none, [])).toMatchObject({ state: "stopped", replicas: { running: 0, desired: 0 } });
});
