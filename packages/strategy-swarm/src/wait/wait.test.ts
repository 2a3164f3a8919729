import { DeploymentError, type ProgressEvent } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

/** A swarm that answers each poll with the next list of tasks, and then with the last one; `more` has other answers. */
const swarmWith = (more: Parameters<typeof fakeEngine>[0], found: object, ...polls: object[][]) => {
  let next = 0;
  return fakeEngine({
    "services.logs": async function* () {},
    "images.digest": () => "sha256:1",
    ...more,
    "services.list": () => [found],
    "services.inspect": () => found,
    "nodes.list": () => [node(1)],
    "tasks.list": () => polls[Math.min(next++, polls.length - 1)],
  }).engine;
};
const waitWith = (...args: Parameters<typeof swarmWith>) =>
  new SwarmDeploymentStrategy(swarmWith(...args)).wait("demo", { settleMs: 1, timeoutMs: 60_000 });
const waitOn = (found: object, ...polls: object[][]) => waitWith({}, found, ...polls);

test("wait() resolves for a running service that failed before", async () => {
  const tasks = [task(3, "running"), task(2, "failed"), task(1, "failed")];
  expect(await waitOn(service(), tasks)).toMatchObject({ state: "running", replicas: { running: 1, desired: 1 } });
});

test("wait() rejects when tasks fail during the wait, with node and the engine's message", async () => {
  const failure = { Err: "task: non-zero exit (3)", ContainerStatus: { ContainerID: "", ExitCode: 3 } };
  const polls = [
    [task(1, "failed", failure)],
    [task(1, "failed", failure), task(2, "rejected", { Err: "invalid mount" })],
  ];
  await expect(waitOn(service(), ...polls)).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: "Service demo can't start (2 tasks failed): rejected on node-1: invalid mount.",
    instance: { node: "node-1", error: "invalid mount", lastLogLines: [] },
  });
});

test("wait() after a failed attempt resolves once the next task has run longer than that attempt", async () => {
  const failed = (number: number) => task(number, "failed", { Timestamp: `2026-01-01T00:00:0${number}.900Z` });
  const running = [failed(1), task(2, "running")];
  await expect(waitOn(service(), [failed(1)], running, running, [failed(1), failed(2)])).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: expect.stringContaining("crash loop"),
  });
  expect(await waitOn(service(), [failed(1)], [failed(1), task(2, "running")])).toMatchObject({ state: "running" });
});

/** The polls of a task whose start takes this time, and whose failure is reported after a number of polls. */
const startedIn = (ms: number, polls = 3): object[][] => {
  const at = (milliseconds: number): object => ({
    Timestamp: new Date(milliseconds).toISOString(),
    ContainerStatus: { ContainerID: "c1" },
  });
  const failed = task(1, "failed", at(ms + 1));
  const running = Array.from({ length: polls }, () => [task(1, "running", at(ms))]);
  return [[task(1, "starting", at(0), { DesiredState: "running" })], ...running, [failed]];
};
const once = service({ RestartPolicy: { Condition: "none" } });

// The swarm may report the end of a process as late as its start, and later.
const hasEnded = () => ({ State: { Running: false } });
test.each([
  ["on another node rejects after a slow start", fails("NOT_FOUND"), startedIn(2_000)],
  ["on the manager's node rejects after a slow start", hasEnded, startedIn(2_000)],
  ["on the manager's node rejects, however late the swarm reports the end", hasEnded, startedIn(10, 10)],
])("wait() on a container that has ended %s", async (_, inspect, polls) => {
  const waiting = waitWith({ "containers.inspect": inspect }, once, ...polls);
  await expect(waiting).rejects.toMatchObject({ code: "TASK_FAILED" });
});

test("wait() says in its TIMEOUT error that tasks run, but not for long enough", async () => {
  const strategy = new SwarmDeploymentStrategy(swarmWith({}, service(), [task(1, "running")]));
  await expect(strategy.wait("demo", { settleMs: 60_000, timeoutMs: 100 })).rejects.toMatchObject({
    code: "TIMEOUT",
    message: "Service demo was not ready within 0.1 s: 1 of 1 tasks running, but not for long enough.",
  });
});

test("wait() does not say so of a container that has ended, and whose end the swarm has not reported", async () => {
  const swarm = swarmWith({ "containers.inspect": hasEnded }, once, ...startedIn(10, 100));
  const error = await new SwarmDeploymentStrategy(swarm)
    .wait("demo", { settleMs: 1, timeoutMs: 300 })
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "TIMEOUT" });
  expect(String(error)).not.toContain("long enough");
});

test("wait() looks at the containers even if the process did nothing until the longer settling time was over", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const strategy = new SwarmDeploymentStrategy(swarmWith({ "containers.inspect": hasEnded }, once, ...startedIn(10)));
  const observer = () => void vi.setSystemTime(Date.now() + 1_000);
  await expect(strategy.wait("demo", { settleMs: 1, observer })).rejects.toMatchObject({ code: "TASK_FAILED" });
});

test("wait() after a slow start resolves after settleMs if the container on the manager's node runs", async () => {
  const running = () => ({ State: { Running: true } });
  const waiting = waitWith({ "containers.inspect": running }, once, ...startedIn(2_000));
  expect(await waiting).toMatchObject({ state: "running" });
});

test("wait() takes a start of more than 5 s for a health check of the image, which says nothing about the engine", async () => {
  const waiting = waitWith({ "containers.inspect": fails("NOT_FOUND") }, once, ...startedIn(5_001));
  expect(await waiting).toMatchObject({ state: "running" });
});

test("wait() resolves once a health check has passed, without a time to settle", async () => {
  const checked = service({
    ContainerSpec: { Image: "demo:1", Healthcheck: { Test: ["CMD-SHELL", "exit 0"] } },
  });
  const strategy = new SwarmDeploymentStrategy(swarmWith({}, checked, ...startedIn(2_000)));
  expect(await strategy.wait("demo", { settleMs: 600_000, timeoutMs: 60_000 })).toMatchObject({ state: "running" });
});

test("wait() reports a service that settles once, until something changes", async () => {
  const running = [task(1, "running")];
  const polls = [running, running, running, [task(1, "failed"), task(2, "running")]];
  const events: ProgressEvent[] = [];
  const observer = (event: ProgressEvent) => void events.push(event);
  const strategy = new SwarmDeploymentStrategy(swarmWith({}, service(), ...polls));
  await strategy.wait("demo", { settleMs: 500, observer });
  expect(events).toMatchObject([
    { type: "waiting", running: 1 },
    { type: "waiting", running: 1 },
  ]);
});

test.each([
  [
    "a host port is in use",
    [task(1, "pending", { Err: "no suitable node (host-mode port already in use on 1 node)" })],
    "Publish another host port",
  ],
  [
    "no node is eligible",
    [task(1, "pending", { Err: "no suitable node (scheduling constraints not satisfied on 3 nodes)" })],
    "No node matches",
  ],
  [
    "the image is missing",
    [task(2, "preparing", {}, { DesiredState: "running" }), task(1, "rejected", { Err: "No such image: demo:1" })],
    "Check that the registry is reachable",
  ],
  ["no reason is known", [task(1, "preparing", {}, { DesiredState: "running" })], "Raise --timeout"],
])("wait() rejects with TIMEOUT and a hint for the reason: %s", async (_, tasks, hint) => {
  const strategy = new SwarmDeploymentStrategy(swarmWith({}, service(), tasks));
  await expect(strategy.wait("demo", { settleMs: 1, timeoutMs: 50 })).rejects.toMatchObject({
    code: "TIMEOUT",
    hint: expect.stringContaining(hint),
  });
});

const withoutImage = { Err: "No such image: r.io:5000/demo:1" };
test.each([
  ["missing", {}, ["r.io:5000 has the image", "node-1 can reach it", "`ofdeploy refresh-auth`"]],
  [
    "never",
    { "org.openfactory.deploy.pull-policy": "never" },
    ["The pull policy is never", "load the image on node-1"],
  ],
])(
  "wait() rejects with IMAGE_NOT_FOUND when a node lacks the image, with a hint for the pull policy %s",
  async (_, Labels, hint) => {
    const found = service({ ContainerSpec: { Image: "r.io:5000/demo:1" } });
    const polls = [task(1, "rejected", withoutImage), task(2, "rejected", withoutImage)];
    await expect(waitOn({ ...found, Spec: { ...found.Spec, Labels } }, polls)).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: "Service demo can't start (2 tasks failed): rejected on node-1: No such image: r.io:5000/demo:1.",
      hint: expect.stringMatching(new RegExp(hint.join(".*"))),
      instance: { node: "node-1", error: "No such image: r.io:5000/demo:1" },
    });
  },
);

test("wait() does not take the error of a process for a missing image", async () => {
  const polls = [task(1, "failed", { Err: "task: No such image: x" })];
  await expect(waitOn(once, polls)).rejects.toMatchObject({ code: "TASK_FAILED" });
});

test("wait() rejects at once when the restart policy does not restart the task", async () => {
  await expect(waitOn(once, [task(1, "failed", { Err: "boom" })])).rejects.toMatchObject({ code: "TASK_FAILED" });
});

test("wait() rejects with ROLLED_BACK after a rollback by the swarm", async () => {
  const back = service({}, { UpdateStatus: { State: "rollback_completed", Message: "update paused due to failure" } });
  await expect(waitOn(back, [task(1, "running")])).rejects.toMatchObject({ code: "ROLLED_BACK" });
});

test("wait() rejects when a task ends before its health check passed, even with exit code 0", async () => {
  const checked = service({
    ContainerSpec: { Image: "demo:1", Healthcheck: { Test: ["CMD-SHELL", "exit 1"] } },
    RestartPolicy: { Condition: "none" },
  });
  await expect(waitOn(checked, [task(1, "starting")], [task(1, "complete")])).rejects.toMatchObject({
    code: "TASK_FAILED",
    message: expect.stringContaining("before its health check had passed"),
  });
  expect(await waitOn(checked, [task(1, "running")], [task(1, "complete")])).toMatchObject({ name: "demo" });
});

test("wait() resolves at once for a service of no replicas", async () => {
  const none = service({}, {});
  (none.Spec.Mode.Replicated as { Replicas: number }).Replicas = 0;
  expect(await waitOn(none, [])).toMatchObject({ state: "stopped", replicas: { running: 0, desired: 0 } });
});

describe("wait() on a service with a health check", () => {
  const checked = service({ ContainerSpec: { Image: "demo:1", Healthcheck: { Test: ["CMD-SHELL", "exit 1"] } } });
  const ended = (Err: string | undefined, ExitCode: number) => ({
    Err,
    ContainerStatus: { ContainerID: "c1", ExitCode },
  });
  const container = (FailingStreak: number, Output = "no route\n") => ({
    State: { Health: { Status: "unhealthy", FailingStreak, Log: [{ ExitCode: 1, Output }] } },
    Config: { Healthcheck: { Test: ["CMD-SHELL", "exit 1"], Retries: 2 } },
  });
  const elsewhere = { "containers.inspect": fails("NOT_FOUND") };
  const here = (streak: number) => ({ "containers.inspect": () => container(streak) });
  const loop = (state: string, status: object) => [
    [task(1, "starting")],
    [task(1, state, status), task(2, "starting")],
    [task(1, state, status), task(2, state, status)],
  ];

  test.each([
    ["on another node", elsewhere],
    ["on this node", here(1)],
  ])("reports a crash loop, not an unhealthy service, when the process exits by itself (%s)", async (_, engine) => {
    const error = await waitWith(engine, checked, ...loop("failed", ended("task: non-zero exit (7)", 7))).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: "TASK_FAILED",
      message: "Service demo is in a crash loop (2 tasks ended): the process exited on node-1 with exit code 7.",
      instance: { exitCode: 7, error: "task: non-zero exit (7)" },
    });
  });

  test("reports a crash loop when the process exits with exit code 0 and its container shows no failed check", async () => {
    await expect(waitWith(here(1), checked, ...loop("complete", ended(undefined, 0)))).rejects.toMatchObject({
      message: "Service demo is in a crash loop (2 tasks ended): the process exited on node-1 with exit code 0.",
      hint: expect.stringContaining("make the service a job"),
    });
  });

  test.each([
    ["is in a crash loop", 1],
    ["is unhealthy", 2],
  ])(
    "reports that a service %s whose task the node reports as running after its process ended",
    async (text, streak) => {
      const status = { ContainerStatus: { ContainerID: "c1", PID: 0, ExitCode: 0 } };
      const first = task(1, "complete", status);
      const polls = [
        [task(1, "starting", status)],
        ...Array.from({ length: 5 }, () => [task(1, "running", status)]),
        [first, task(2, "starting", status)],
        ...Array.from({ length: 5 }, () => [first, task(2, "running", status)]),
        [first, task(2, "complete", status)],
      ];
      await expect(waitWith(here(streak), checked, ...polls)).rejects.toMatchObject({
        code: "TASK_FAILED",
        message: expect.stringContaining(text),
      });
    },
  );

  test("says that the process exited before the check had passed if the container can't be read", async () => {
    await expect(waitWith(elsewhere, checked, ...loop("complete", ended(undefined, 0)))).rejects.toMatchObject({
      message:
        "Service demo is in a crash loop (2 tasks ended): the process exited on node-1 with exit code 0, before its health check had passed.",
    });
  });

  test.each([
    ["failed", ended("task: non-zero exit (137): dockerexec: unhealthy container", 137)],
    ["complete", ended(undefined, 0)],
  ])(
    "reports an unhealthy service, with the last output of the check, when the check fails (%s)",
    async (state, status) => {
      await expect(waitWith(here(2), checked, ...loop(state, status))).rejects.toMatchObject({
        code: "TASK_FAILED",
        message: "Service demo is unhealthy (2 tasks ended): its health check failed on node-1: exit code 1: no route.",
        hint: expect.stringContaining("health check"),
        instance: { error: expect.stringContaining("health check: exit code 1: no route") },
      });
    },
  );

  test.each([
    ["is unhealthy", "no run of its check passed", [1, 1]],
    ["is in a crash loop", "a run of its check passed", [0, 1, 1]],
    ["is in a crash loop", "its container no longer has all runs of the check", [1, 1, 1, 1, 1]],
  ])("reports that a service %s whose tasks were not seen starting, if %s", async (message, _, codes) => {
    const Log = codes.map((ExitCode) => ({ ExitCode, Output: "no route\n" }));
    const found = { ...container(2), State: { Health: { Status: "unhealthy", FailingStreak: 2, Log } } };
    const status = ended(undefined, 0);
    const polls = [[task(1, "ready")], [task(1, "complete", status), task(2, "complete", status)]];
    await expect(waitWith({ "containers.inspect": () => found }, checked, ...polls)).rejects.toMatchObject({
      code: "TASK_FAILED",
      message: expect.stringContaining(message),
    });
  });

  test("masks values of env in the output of the check, after a failure and after a timeout", async () => {
    const { Spec, ...more } = checked;
    const { ContainerSpec } = Spec.TaskTemplate;
    const given = {
      ...more,
      Spec: {
        ...Spec,
        TaskTemplate: { ...Spec.TaskTemplate, ContainerSpec: { ...ContainerSpec, Env: ["WAY=no route"] } },
      },
    };
    await expect(waitWith(here(2), given, ...loop("complete", ended(undefined, 0)))).rejects.toMatchObject({
      message: "Service demo is unhealthy (2 tasks ended): its health check failed on node-1: exit code 1: ***.",
      instance: { error: expect.stringContaining("exit code 1: ***") },
    });
    const starting = task(1, "starting", { ContainerStatus: { ContainerID: "c1" } });
    const late = new SwarmDeploymentStrategy(swarmWith(here(1), given, [starting])).wait("demo", { timeoutMs: 100 });
    await expect(late).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringMatching(/health check: exit code 1: \*\*\*\.$/),
    });
  });

  test("shows the output of a failing check while it waits", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const starting = task(1, "starting", { ContainerStatus: { ContainerID: "c1" } });
    const details: (string | undefined)[] = [];
    const observer = (event: ProgressEvent): void => {
      if (event.type === "waiting") details.push(event.detail);
      vi.setSystemTime(Date.now() + 4_000);
    };
    const waiting = new SwarmDeploymentStrategy(swarmWith(here(1), checked, [starting])).wait("demo", {
      timeoutMs: 20_000,
      observer,
    });
    await expect(waiting).rejects.toMatchObject({ code: "TIMEOUT" });
    vi.useRealTimers();
    expect(details[0]).toBe("starting");
    expect(details).toContain("starting (health check: exit code 1: no route)");
  });

  test("includes the output of the check in the TIMEOUT error", async () => {
    const starting = task(1, "starting", { ContainerStatus: { ContainerID: "c1" } });
    const waiting = new SwarmDeploymentStrategy(swarmWith(here(1), checked, [starting])).wait("demo", {
      timeoutMs: 100,
    });
    await expect(waiting).rejects.toMatchObject({
      code: "TIMEOUT",
      message: expect.stringContaining("health check: exit code 1: no route"),
    });
  });
});

describe("wait() on a missing image names a registry that", () => {
  const polls = [task(1, "rejected", withoutImage), task(2, "rejected", withoutImage)];
  const found = service({ ContainerSpec: { Image: "r.io:5000/demo:1" } });
  const answers = (message: string) => () => {
    throw new DeploymentError("ENGINE_ERROR", message, { cause: { message, statusCode: 500 } });
  };
  test.each([
    [
      "limits requests",
      "toomanyrequests: You have reached your pull rate limit",
      "TASK_FAILED",
      "answers 429: too many requests",
      "higher limit",
    ],
    [
      "limits requests, in HTTP",
      "received unexpected HTTP status: 429 Too Many Requests",
      "TASK_FAILED",
      "answers 429",
      "refresh-auth",
    ],
    [
      "is down",
      "received unexpected HTTP status: 503 Service Unavailable",
      "TASK_FAILED",
      "answers 503",
      "Deploy again when r.io:5000 is available",
    ],
    [
      "can't be reached",
      "dial tcp: lookup r.io: no such host",
      "IMAGE_NOT_FOUND",
      "the manager asked r.io:5000: dial tcp",
      "can reach it",
    ],
  ])("%s", async (_, words, code, reason, hint) => {
    await expect(waitWith({ "images.digest": answers(words) }, found, polls)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`No such image: r.io:5000/demo:1; the`),
      hint: expect.stringContaining(hint),
    });
    await expect(waitWith({ "images.digest": answers(words) }, found, polls)).rejects.toThrow(reason);
  });
});
