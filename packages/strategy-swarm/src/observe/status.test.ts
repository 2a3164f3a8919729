import type { ServiceStatus } from "@openfactory/deploy-core";
import { fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

const previous = (number: number, state: string, more: object = {}) =>
  task(number, state, {}, { Spec: { ContainerSpec: { Image: "demo:0" } }, ...more });
const PreviousSpec = service({ ContainerSpec: { Image: "demo:0" } }).Spec;
const during = (State: string, spec: object = {}, more: object = {}) =>
  service({}, { PreviousSpec, UpdateStatus: { State }, ...more }, spec);
const abandoned = { DesiredState: "shutdown", NodeID: undefined };

/** The results of inspect, of list without instances, and of list with instances. */
async function statuses(found: object, ...tasks: object[]): Promise<ServiceStatus[]> {
  const { engine } = fakeEngine({
    "services.list": () => [{ ...found, ServiceStatus: { RunningTasks: 0, DesiredTasks: 1 } }],
    "nodes.list": () => [node(1), node(2), node(3)],
    "tasks.list": () => tasks,
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  return [await strategy.inspect("demo"), ...(await strategy.list({ instances: false })), ...(await strategy.list())];
}
const expectStatus = async (all: Promise<ServiceStatus[]>, expected: object): Promise<void> => {
  for (const status of await all) expect(status).toMatchObject(expected);
};

describe("status of a service whose update was abandoned before its task was placed", () => {
  test.each([
    ["is running after the change was reverted", during("completed")],
    ["is running after a rollback", during("rollback_completed")],
    ["is running when there is no update any more", service()],
  ])("%s", async (_, found) => {
    await expectStatus(
      statuses(found, task(1, "running"), task(2, "shutdown", {}, abandoned), task(3, "pending", {}, abandoned)),
      {
        state: "running",
        replicas: { running: 1, desired: 1 },
        instances: [{ id: "task1", state: "running", restarts: 0 }],
      },
    );
  });

  test("is running and updating while the swarm still monitors the current task", async () => {
    await expectStatus(statuses(during("updating"), task(1, "running"), previous(2, "shutdown", abandoned)), {
      state: "running",
      update: "updating",
      replicas: { running: 1, desired: 1 },
    });
  });
});

describe("status during an update", () => {
  test.each([
    ["updating", "updating", "pending"],
    ["paused", "paused", "failed"],
    ["rollback_started", "rolling-back", "pending"],
    ["rollback_paused", "rollback-paused", "failed"],
  ])(
    "%s: a task of the previous version counts as running, but the state is not running",
    async (State, update, state) => {
      await expectStatus(statuses(during(State), previous(1, "running"), task(2, "pending")), {
        state,
        update,
        replicas: { running: 1, desired: 1 },
        instances: [{ id: "task1", state: "running" }],
      });
    },
  );

  test("has the error of a newer failed task on the running instance", async () => {
    await expectStatus(
      statuses(during("paused"), previous(1, "running"), task(2, "failed", { Err: "task: non-zero exit (3)" })),
      {
        state: "failed",
        update: "paused",
        replicas: { running: 1, desired: 1 },
        instances: [{ id: "task1", state: "running", error: "task: non-zero exit (3)" }],
      },
    );
  });

  test("is running when each slot runs the current version", async () => {
    await expectStatus(statuses(during("updating"), previous(1, "shutdown"), task(2, "running")), {
      state: "running",
      update: "updating",
    });
  });

  test("does not count a running task that shuts down", async () => {
    await expectStatus(
      statuses(during("updating"), previous(1, "running", { DesiredState: "shutdown" }), task(2, "ready")),
      {
        state: "pending",
        replicas: { running: 0, desired: 1 },
        instances: [{ id: "task2" }],
      },
    );
  });
});

describe("restarts", () => {
  test("are the earlier tasks of the same version", async () => {
    const history = [task(2, "failed"), task(3, "failed"), task(4, "running")];
    await expectStatus(statuses(service(), task(1, "failed"), ...history), {
      instances: [{ id: "task4", restarts: 3 }],
    });
    await expectStatus(statuses(during("completed"), previous(1, "shutdown"), ...history), {
      instances: [{ id: "task4", restarts: 2 }],
    });
  });

  test("are not the tasks of the same version before an update and its rollback", async () => {
    const tasks = [task(1, "shutdown"), previous(2, "failed"), task(3, "running")];
    await expectStatus(statuses(during("rollback_completed"), ...tasks), { instances: [{ id: "task3", restarts: 0 }] });
  });

  test("are none while a task of the previous version runs", async () => {
    const tasks = [previous(1, "running"), task(2, "failed"), task(3, "pending")];
    await expectStatus(statuses(during("updating"), ...tasks), { instances: [{ id: "task1", restarts: 0 }] });
  });
});

describe("ports of a service", () => {
  const ports = [
    { Protocol: "tcp", TargetPort: 80, PublishedPort: 8080, PublishMode: "host" },
    { Protocol: "tcp", TargetPort: 81, PublishedPort: 8081, PublishMode: "ingress" },
  ];
  const found = service({}, { Endpoint: { Ports: ports } });
  const portsWith = async (state: string, status: object) =>
    (await statuses(found, task(1, state, status)))[0]?.ports.map(({ published }) => published);

  test("in mode host are the ones that nodes have published for running tasks", async () => {
    expect(await portsWith("running", { PortStatus: { Ports: [ports[0]] } })).toEqual([8080, 8081]);
    expect(await portsWith("running", { PortStatus: {} })).toEqual([8081]);
    expect(await portsWith("running", { PortStatus: { Ports: [{ ...ports[0], Protocol: "udp" }] } })).toEqual([8081]);
  });

  test("are the requested ones when no task runs or the engine reports none", async () => {
    expect(await portsWith("pending", { PortStatus: {} })).toEqual([8080, 8081]);
    expect(await portsWith("running", {})).toEqual([8080, 8081]);
  });
});

describe("status of a crash loop between two attempts", () => {
  const next = (more: object = {}) => task(2, "ready", {}, { DesiredState: "ready", ...more });

  test("is failed, with the error of the last attempt, during the restart delay", async () => {
    await expectStatus(statuses(service(), task(1, "failed", { Err: "task: non-zero exit (3)" }), next()), {
      state: "failed",
      replicas: { running: 0, desired: 1 },
      instances: [
        { id: "task2", state: "failed", engineState: "ready", error: "task: non-zero exit (3)", restarts: 1 },
      ],
    });
  });

  test("is pending once the next attempt starts, or if the next task is of another version", async () => {
    await expectStatus(statuses(service(), task(1, "failed"), next({ DesiredState: "running" })), { state: "pending" });
    await expectStatus(statuses(during("updating"), previous(1, "failed"), next()), { state: "pending" });
  });
});

describe("status of a job", () => {
  const job = (Index: number, mode: object = { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } }) =>
    during("rollback_started", { Mode: mode }, { JobStatus: { JobIteration: Index === 0 ? {} : { Index } } });
  const run = (number: number, state: string, Index: number) =>
    task(number, state, {}, { JobIteration: { Index }, Slot: undefined });

  test("has no update: the swarm never ends a rollback of a job", async () => {
    const [inspected] = await statuses(job(2), run(1, "complete", 1), run(2, "complete", 2));
    expect(inspected).toMatchObject({ state: "completed" });
    expect(inspected).not.toHaveProperty("update");
  });

  test("is pending until the run of the current version has completed", async () => {
    await expectStatus(statuses(job(2), run(1, "complete", 1)), { state: "pending" });
  });

  test.each([
    ["of no tasks", { ReplicatedJob: { MaxConcurrent: 0, TotalCompletions: 0 } }, {}],
    [
      "of every node, without an eligible node",
      { GlobalJob: {} },
      { TaskTemplate: { Placement: { Constraints: ["node.role==none"] } } },
    ],
  ])("%s is stopped, not completed", async (_, Mode, spec) => {
    await expectStatus(statuses(service({}, { JobStatus: { JobIteration: {} } }, { Mode, ...spec })), {
      state: "stopped",
      replicas: { running: 0, desired: 0 },
    });
  });
});
