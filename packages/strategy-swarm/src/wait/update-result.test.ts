import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

const NOW = "2026-01-05T12:00:00Z";
const before = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

/** A swarm that answers each poll with the next service and tasks, and then with the last ones. */
function swarm(polls: { found: object; tasks: object[] }[], more: Parameters<typeof fakeEngine>[0] = {}) {
  let next = 0;
  const current = () => polls[Math.min(next, polls.length - 1)] as (typeof polls)[number];
  const { engine, calls } = fakeEngine({
    // The swarm increments the version of a service with every change.
    "services.list": () => [{ ...current().found, Version: { Index: 1 + next } }],
    "services.inspect": () => current().found,
    "services.update": () => ({ warnings: [] }),
    "nodes.list": () => [node(1), node(2), node(3)],
    "images.digest": fails("ENGINE_ERROR"),
    "tasks.list": () => {
      const { tasks } = current();
      next += 1;
      return tasks;
    },
    info: () => ({ SystemTime: NOW }),
    ...more,
  });
  return { strategy: new SwarmDeploymentStrategy(engine), calls };
}
const wait = (...polls: { found: object; tasks: object[] }[]) =>
  swarm(polls).strategy.wait("demo", { settleMs: 1, timeoutMs: 60_000 });

/** A task of the previous version, or of the version that failed. */
const other = (number: number, state: string, status: object = {}, more: object = {}) =>
  task(number, state, status, { ...more, Spec: { ContainerSpec: { Image: "demo:0" } } });
const crashed = { Err: "task: non-zero exit (3)", ContainerStatus: { ContainerID: "", ExitCode: 3 } };
const PreviousSpec = service({ ContainerSpec: { Image: "demo:0" } }).Spec;
const updating = { PreviousSpec, UpdateStatus: { State: "updating", StartedAt: before(1) } };

describe("wait() during an update: tasks of the previous version", () => {
  test("do not count before the swarm starts to replace them", async () => {
    const status = await wait(
      { found: service({}, { PreviousSpec }), tasks: [other(1, "running")] },
      { found: service({}, { PreviousSpec }), tasks: [other(1, "running")] },
      { found: service({}, updating), tasks: [other(1, "running"), task(2, "preparing")] },
      {
        found: service({}, { PreviousSpec, UpdateStatus: { State: "completed" } }),
        tasks: [other(1, "shutdown"), task(2, "running")],
      },
    );
    expect(status.instances).toMatchObject([{ id: "task2", state: "running" }]);
  });

  test("may have failed any number of times", async () => {
    const failed = [other(1, "failed", crashed), other(2, "failed", crashed), other(3, "failed", crashed)];
    const status = await wait(
      { found: service({}, updating), tasks: [...failed, task(4, "pending")] },
      {
        found: service({}, { PreviousSpec, UpdateStatus: { State: "completed" } }),
        tasks: [...failed, task(4, "running")],
      },
    );
    expect(status).toMatchObject({ state: "running" });
  });

  test("do not exist for a service that was never updated", async () => {
    expect(await wait({ found: service(), tasks: [other(1, "running")] })).toMatchObject({ state: "running" });
  });

  test("the wait does not resolve while the swarm still monitors the new tasks", async () => {
    const wasUpdating = { found: service({}, updating), tasks: [task(1, "running")] };
    await expect(swarm([wasUpdating]).strategy.wait("demo", { settleMs: 1, timeoutMs: 300 })).rejects.toMatchObject({
      code: "TIMEOUT",
    });
  });
});

describe("wait() on the rollback of a job", () => {
  const Mode = { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } };
  const run = (number: number, Index: number, state: string) =>
    task(number, state, {}, { JobIteration: { Index }, Slot: undefined });
  const found = service(
    {},
    { PreviousSpec, JobStatus: { JobIteration: { Index: 2 } }, UpdateStatus: { State: "rollback_started" } },
    { Mode },
  );

  test("resolves when the earlier version has run again, although the swarm never reports the rollback as complete", async () => {
    const before = [run(1, 1, "complete")];
    const status = await wait(
      { found, tasks: before },
      { found, tasks: [...before, run(2, 2, "running")] },
      { found, tasks: [...before, run(2, 2, "complete")] },
    );
    expect(status).toMatchObject({ state: "completed", instances: [{ id: "task2" }] });
  });
});

describe("wait() on an update that is rolled back", () => {
  const rolledBack = (CompletedAt?: string, more: object = {}) => ({
    found: service(
      {},
      {
        UpdateStatus: {
          State: "rollback_completed",
          StartedAt: before(999_999),
          CompletedAt,
          Message: "rollback completed",
        },
        ...more,
      },
    ),
    tasks: [task(3, "running"), other(2, "failed", crashed), task(1, "shutdown")],
  });
  const rollingBack = {
    found: service({}, { UpdateStatus: { State: "rollback_started", StartedAt: before(9) } }),
    tasks: [task(3, "running"), other(2, "failed", crashed), task(1, "shutdown")],
  };

  test("rejects with the task that failed: node, exit code and the engine's message", async () => {
    await expect(wait(rollingBack, rolledBack(before(0)))).rejects.toMatchObject({
      code: "ROLLED_BACK",
      message: "Service demo was rolled back because its new version failed: task: non-zero exit (3) on node-1.",
      hint: "The previous version is running. Check the last log lines.",
      instance: { id: "task2", node: "node-1", error: "task: non-zero exit (3)", lastLogLines: [] },
    });
  });

  test("says how many tasks of the previous version are running, if not all are", async () => {
    const { found, tasks } = rolledBack(before(0));
    const starting = { found, tasks: [task(3, "starting"), ...tasks.slice(1)] };
    await expect(wait(rollingBack, starting)).rejects.toMatchObject({
      code: "ROLLED_BACK",
      hint: "0 of 1 tasks of the previous version are running: check with `ofdeploy ps`. Check the last log lines.",
    });
  });

  test("reports a rollback before the wait if it is recent, but not one of a day ago", async () => {
    await expect(wait(rolledBack(before(30)))).rejects.toMatchObject({ code: "ROLLED_BACK" });
    expect(await wait(rolledBack(before(86_400)))).toMatchObject({ state: "running" });
  });

  test("reports a rollback during the wait, even after an earlier rollback long ago", async () => {
    const { found } = rolledBack(before(1));
    const next = {
      ...found,
      UpdateStatus: { ...found, State: "rollback_completed", StartedAt: before(5), CompletedAt: before(1) },
    };
    const pending = { ...rolledBack(before(86_400)), tasks: [task(1, "pending")] };
    await expect(wait(pending, { found: next, tasks: rolledBack().tasks })).rejects.toMatchObject({
      code: "ROLLED_BACK",
    });
  });

  test("reports an old rollback of an update by this strategy", async () => {
    const { strategy } = swarm([rolledBack(before(86_400))]);
    expect(await strategy.wait("demo", { settleMs: 1 })).toMatchObject({ state: "running" });
    await strategy.update({ name: "demo", image: "demo:0" });
    await expect(strategy.wait("demo", { settleMs: 1 })).rejects.toMatchObject({ code: "ROLLED_BACK" });
  });

  test("resolves after a requested rollback", async () => {
    expect(await wait(rollingBack, rolledBack(before(0), { PreviousSpec }))).toMatchObject({ state: "running" });
  });

  test("does not reject for failed tasks before the swarm has rolled back", async () => {
    const rollback = { UpdateConfig: { FailureAction: "rollback" } };
    const failing = {
      found: service({}, updating, rollback),
      tasks: [task(4, "pending"), task(3, "failed", crashed), task(2, "failed", crashed), other(1, "shutdown")],
    };
    await expect(wait(failing, failing, rollingBack, rolledBack(before(0)))).rejects.toMatchObject({
      code: "ROLLED_BACK",
    });
    const continuing = { ...failing, found: service({}, updating, { UpdateConfig: { FailureAction: "continue" } }) };
    await expect(wait(continuing, continuing)).rejects.toMatchObject({
      code: "TASK_FAILED",
      instance: { id: "task3" },
    });
  });
});

describe("wait() on a paused update", () => {
  const paused = (tasks: object[], State = "paused") => ({
    found: service({}, { PreviousSpec, UpdateStatus: { State, StartedAt: before(9_999), Message: "update paused" } }),
    tasks,
  });

  test("rejects with the task that failed, even if all tasks run", async () => {
    const tasks = [task(3, "running"), task(2, "failed", crashed), other(1, "shutdown")];
    await expect(wait({ found: service({}, updating), tasks }, paused(tasks))).rejects.toMatchObject({
      code: "TASK_FAILED",
      message: expect.stringMatching(/^The update of service demo is paused because a task failed: .* on node-1\.$/),
      instance: { id: "task2" },
    });
    await expect(wait({ found: service({}, updating), tasks }, paused(tasks, "rollback_paused"))).rejects.toMatchObject(
      {
        code: "TASK_FAILED",
        message: expect.stringContaining("The rollback of service demo"),
      },
    );
  });

  test("resolves if it was paused long ago and the new version runs completely, otherwise rejects", async () => {
    expect(await wait(paused([task(2, "running"), other(1, "shutdown")]))).toMatchObject({ state: "running" });
    await expect(wait(paused([other(1, "running")]))).rejects.toMatchObject({ code: "TASK_FAILED" });
  });
});

describe("wait() on a task that nodes reject", () => {
  const rejected = (number: number, on: number) =>
    task(number, "rejected", { Err: "No such image: demo:1" }, { NodeID: `n${on}` });

  test("resolves when another node accepts it", async () => {
    const rejections = [rejected(1, 1), rejected(2, 2), rejected(3, 1), rejected(4, 1), rejected(5, 2)];
    const polls = [
      { found: service(), tasks: [...rejections.slice(0, 2), task(6, "pending")] },
      { found: service(), tasks: [...rejections, task(6, "pending")] },
      { found: service(), tasks: [...rejections, task(6, "running", {}, { NodeID: "n3" })] },
    ];
    expect(await wait(...polls)).toMatchObject({ state: "running", instances: [{ node: "node-3", restarts: 5 }] });
  });

  test.each([
    ["all nodes", service(), [rejected(1, 1), rejected(2, 2), rejected(3, 3)]],
    [
      "all eligible nodes",
      service({ Placement: { Constraints: ["node.role==worker"] } }),
      [rejected(1, 2), rejected(2, 3)],
    ],
    [
      "the only eligible node",
      service({ Placement: { Constraints: ["node.hostname==node-1"] } }),
      [rejected(1, 1), rejected(2, 1)],
    ],
  ])("rejects when %s rejected it", async (_, found, tasks) => {
    await expect(wait({ found, tasks: [] }, { found, tasks: [...tasks, task(9, "pending")] })).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining("No such image"),
      hint: expect.stringContaining("load the image"),
    });
  });

  test.each([
    ["neither the registry nor the manager has", "IMAGE_NOT_FOUND", fails("IMAGE_NOT_FOUND"), fails("IMAGE_NOT_FOUND")],
    ["the registry refuses", "IMAGE_NOT_FOUND", fails("UNAUTHORIZED"), fails("IMAGE_NOT_FOUND")],
    ["the manager has", "TIMEOUT", fails("IMAGE_NOT_FOUND"), () => ({})],
    ["the registry has", "TIMEOUT", () => "sha256:1", fails("IMAGE_NOT_FOUND")],
    ["an unreachable registry may have", "TIMEOUT", fails("TIMEOUT"), fails("IMAGE_NOT_FOUND")],
  ])("rejects for an image that %s with %s", async (_, code, digest, inspect) => {
    const polls = [{ found: service(), tasks: [rejected(1, 1), rejected(2, 1), task(3, "pending")] }];
    const { strategy, calls } = swarm(polls, { "images.digest": digest, "images.inspect": inspect });
    await expect(strategy.wait("demo", { settleMs: 1, timeoutMs: 400 })).rejects.toMatchObject({ code });
    expect(calls.filter((call) => call.startsWith("images.digest"))).toHaveLength(code === "TIMEOUT" ? 1 : 2);
  });

  test("rejects when two of three nodes rejected it more often than the swarm tries them, although the swarm forgets rejections", async () => {
    const polls = Array.from({ length: 11 }, (_, index) => {
      const rejections = [rejected(1, (index % 2) + 1), rejected(2, 1)].map((one) => ({
        ...one,
        ID: `${one.ID}-${index}`,
      }));
      return { found: service(), tasks: [...rejections.slice(0, 2), task(9, "pending")] };
    });
    await expect(wait(...polls)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(wait(polls[0]!, polls[1]!, { found: service(), tasks: [task(9, "running")] })).resolves.toMatchObject({
      state: "running",
    });
  });
});

describe("an update whose new task was on a node that was lost before the task ran", () => {
  const two = { Mode: { Replicated: { Replicas: 2 } } };
  const found = (State: string) =>
    service({}, { PreviousSpec, UpdateStatus: { State, StartedAt: "2026-01-01T00:00:01Z" } }, two);
  const replaced = { DesiredState: "shutdown", NodeID: "n2" };
  const tasks = [task(2, "assigned", {}, replaced), task(3, "running"), other(1, "running", {}, { Slot: 2 })];
  const withNode2 = (State: string) => ({
    "nodes.list": () => [node(1), { ...node(2), Status: { State } }, node(3)],
    "services.logs": async function* () {},
  });

  test.each(["updating", "rollback_started"])("makes wait() reject with the node (%s)", async (state) => {
    const { strategy } = swarm([{ found: found(state), tasks }], withNode2("down"));
    await expect(strategy.wait("demo", { settleMs: 1, timeoutMs: 60_000 })).rejects.toMatchObject({
      code: "TASK_FAILED",
      message:
        "The update of service demo is blocked: node-2 was lost before its task ran, and the swarm waits for that task.",
      hint: expect.stringContaining("Run `ofdeploy up` again"),
      instance: { id: "task2", node: "node-2" },
    });
  });

  test("is reported as unfinished, so that the next plan updates the service again", async () => {
    const { strategy } = swarm([{ found: found("updating"), tasks }], withNode2("down"));
    expect(await strategy.inspect("demo")).toMatchObject({ state: "pending", update: "updating", unfinished: true });
    const [listed] = await strategy.list({ instances: false });
    expect(listed).toMatchObject({ unfinished: true });
  });

  test.each([
    ["the node is ready", withNode2("ready"), tasks],
    ["the task is of an earlier update", withNode2("down"), [task(0, "assigned", {}, replaced), ...tasks.slice(1)]],
    ["the task ran", withNode2("down"), [task(2, "running", {}, replaced), ...tasks.slice(1)]],
    [
      "the swarm has not replaced the task",
      withNode2("down"),
      [task(2, "assigned", {}, { NodeID: "n2", DesiredState: "running" })],
    ],
  ])("is not reported as unfinished if %s", async (_, nodes, seen) => {
    const { strategy } = swarm([{ found: found("updating"), tasks: seen }], nodes);
    expect((await strategy.inspect("demo")).unfinished).toBeUndefined();
  });
});
