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
const givenUp = { DesiredState: "shutdown", NodeID: undefined };

/** What inspect tells, and a listing without instances. */
async function looks(found: object, ...tasks: object[]): Promise<ServiceStatus[]> {
  const { engine } = fakeEngine({
    "services.list": () => [{ ...found, ServiceStatus: { RunningTasks: 0, DesiredTasks: 1 } }],
    "nodes.list": () => [node(1), node(2), node(3)],
    "tasks.list": () => tasks,
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  return [await strategy.inspect("demo"), ...(await strategy.list({ instances: false }))];
}
const expectStatus = async (looked: Promise<ServiceStatus[]>, expected: object): Promise<void> => {
  for (const status of await looked) expect(status).toMatchObject(expected);
};

describe("status of a service whose update was given up before its task was placed", () => {
  test.each([
    ["is running after the change was taken back", during("completed")],
    ["is running after a rollback", during("rollback_completed")],
    ["is running when there is no update any more", service()],
  ])("%s", async (_, found) => {
    await expectStatus(
      looks(found, task(1, "running"), task(2, "shutdown", {}, givenUp), task(3, "pending", {}, givenUp)),
      {
        state: "running",
        replicas: { running: 1, desired: 1 },
        instances: [{ id: "task1", state: "running", restarts: 0 }],
      },
    );
  });

  test("is running and updating while the swarm still watches the task of the version before", async () => {
    await expectStatus(looks(during("updating"), task(1, "running"), previous(2, "shutdown", givenUp)), {
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
    "%s: the task of the version before counts as running, and the state is not running",
    async (State, update, state) => {
      await expectStatus(looks(during(State), previous(1, "running"), task(2, "pending")), {
        state,
        update,
        replicas: { running: 1, desired: 1 },
        instances: [{ id: "task1", state: "running" }],
      });
    },
  );

  test("a task that failed after the one that runs tells why", async () => {
    await expectStatus(
      looks(during("paused"), previous(1, "running"), task(2, "failed", { Err: "task: non-zero exit (3)" })),
      {
        state: "failed",
        update: "paused",
        replicas: { running: 1, desired: 1 },
        instances: [{ id: "task1", state: "running", error: "task: non-zero exit (3)" }],
      },
    );
  });

  test("is running when each place runs the present version", async () => {
    await expectStatus(looks(during("updating"), previous(1, "shutdown"), task(2, "running")), {
      state: "running",
      update: "updating",
    });
  });

  test("a running task that is to end does not count", async () => {
    await expectStatus(
      looks(during("updating"), previous(1, "running", { DesiredState: "shutdown" }), task(2, "ready")),
      {
        state: "pending",
        replicas: { running: 0, desired: 1 },
        instances: [{ id: "task2" }],
      },
    );
  });
});

describe("ports of a service", () => {
  const asked = [
    { Protocol: "tcp", TargetPort: 80, PublishedPort: 8080, PublishMode: "host" },
    { Protocol: "tcp", TargetPort: 81, PublishedPort: 8081, PublishMode: "ingress" },
  ];
  const found = service({}, { Endpoint: { Ports: asked } });
  const portsWith = async (state: string, status: object) =>
    (await looks(found, task(1, state, status)))[0]?.ports.map(({ published }) => published);

  test("in mode host are those that nodes have published for running tasks", async () => {
    expect(await portsWith("running", { PortStatus: { Ports: [asked[0]] } })).toEqual([8080, 8081]);
    expect(await portsWith("running", { PortStatus: {} })).toEqual([8081]);
    expect(await portsWith("running", { PortStatus: { Ports: [{ ...asked[0], Protocol: "udp" }] } })).toEqual([8081]);
  });

  test("are those that are asked for where no task runs or the engine reports none", async () => {
    expect(await portsWith("pending", { PortStatus: {} })).toEqual([8080, 8081]);
    expect(await portsWith("running", {})).toEqual([8080, 8081]);
  });
});

describe("status of a crash loop between two tries", () => {
  const next = (more: object = {}) => task(2, "ready", {}, { DesiredState: "ready", ...more });

  test("is failed, with the exit code of the last try, while the restart delay lasts", async () => {
    await expectStatus(looks(service(), task(1, "failed", { Err: "task: non-zero exit (3)" }), next()), {
      state: "failed",
      replicas: { running: 0, desired: 1 },
      instances: [
        { id: "task2", state: "failed", engineState: "ready", error: "task: non-zero exit (3)", restarts: 1 },
      ],
    });
  });

  test("is pending once the next try starts, and where the next task is of another version", async () => {
    await expectStatus(looks(service(), task(1, "failed"), next({ DesiredState: "running" })), { state: "pending" });
    await expectStatus(looks(during("updating"), previous(1, "failed"), next()), { state: "pending" });
  });
});

describe("status of a job", () => {
  const job = (Index: number, mode: object = { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } }) =>
    during("rollback_started", { Mode: mode }, { JobStatus: { JobIteration: Index === 0 ? {} : { Index } } });
  const run = (number: number, state: string, Index: number) =>
    task(number, state, {}, { JobIteration: { Index }, Slot: undefined });

  test("has no update: the swarm never ends a rollback of a job", async () => {
    const [inspected] = await looks(job(2), run(1, "complete", 1), run(2, "complete", 2));
    expect(inspected).toMatchObject({ state: "completed" });
    expect(inspected).not.toHaveProperty("update");
  });

  test("is pending until the run of the present version has completed", async () => {
    await expectStatus(looks(job(2), run(1, "complete", 1)), { state: "pending" });
  });

  test.each([
    ["of no tasks", { ReplicatedJob: { MaxConcurrent: 0, TotalCompletions: 0 } }, {}],
    [
      "of every node, where no node fits",
      { GlobalJob: {} },
      { TaskTemplate: { Placement: { Constraints: ["node.role==none"] } } },
    ],
  ])("%s is stopped, not completed", async (_, Mode, spec) => {
    await expectStatus(looks(service({}, { JobStatus: { JobIteration: {} } }, { Mode, ...spec })), {
      state: "stopped",
      replicas: { running: 0, desired: 0 },
    });
  });
});
