import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

const NOW = "2026-01-05T12:00:00Z";
const before = (seconds: number): string => new Date(Date.parse(NOW) - seconds * 1000).toISOString();

/** What the swarm answers to each look at the service and its tasks, the last one for ever. */
function swarm(looks: { found: object; tasks: object[] }[], more: Parameters<typeof fakeEngine>[0] = {}) {
  let next = 0;
  const look = () => looks[Math.min(next, looks.length - 1)] as (typeof looks)[number];
  const { engine, calls } = fakeEngine({
    "services.list": () => [look().found],
    "services.inspect": () => look().found,
    "services.update": () => ({ warnings: [] }),
    "nodes.list": () => [node(1), node(2), node(3)],
    "images.digest": fails("ENGINE_ERROR"),
    "tasks.list": () => {
      const { tasks } = look();
      next += 1;
      return tasks;
    },
    info: () => ({ SystemTime: NOW }),
    ...more,
  });
  return { strategy: new SwarmDeploymentStrategy(engine), calls };
}
const wait = (...looks: { found: object; tasks: object[] }[]) =>
  swarm(looks).strategy.wait("demo", { settleMs: 1, timeoutMs: 3_000 });

/** A task of the version before, or of the one that failed. */
const other = (number: number, state: string, status: object = {}, more: object = {}) =>
  task(number, state, status, { ...more, Spec: { ContainerSpec: { Image: "demo:0" } } });
const crashed = { Err: "task: non-zero exit (3)", ContainerStatus: { ContainerID: "", ExitCode: 3 } };
const PreviousSpec = service({ ContainerSpec: { Image: "demo:0" } }).Spec;
const updating = { PreviousSpec, UpdateStatus: { State: "updating", StartedAt: before(1) } };

describe("tasks of the version before", () => {
  test("do not count while the swarm has not begun to replace them", async () => {
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

  test("may have failed as often as they like", async () => {
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

  test("of a service that was never updated there are none", async () => {
    expect(await wait({ found: service(), tasks: [other(1, "running")] })).toMatchObject({ state: "running" });
  });

  test("and the swarm that still watches the new ones: it is not over", async () => {
    const wasUpdating = { found: service({}, updating), tasks: [task(1, "running")] };
    await expect(swarm([wasUpdating]).strategy.wait("demo", { settleMs: 1, timeoutMs: 300 })).rejects.toMatchObject({
      code: "TIMEOUT",
    });
  });
});

describe("a rollback of a job", () => {
  const Mode = { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 1 } };
  const run = (number: number, Index: number, state: string) =>
    task(number, state, {}, { JobIteration: { Index }, Slot: undefined });
  const found = service(
    {},
    { PreviousSpec, JobStatus: { JobIteration: { Index: 2 } }, UpdateStatus: { State: "rollback_started" } },
    { Mode },
  );

  test("ends when the earlier version has run again, though the swarm never says that the rollback is complete", async () => {
    const before = [run(1, 1, "complete")];
    const status = await wait(
      { found, tasks: before },
      { found, tasks: [...before, run(2, 2, "running")] },
      { found, tasks: [...before, run(2, 2, "complete")] },
    );
    expect(status).toMatchObject({ state: "completed", instances: [{ id: "task2" }] });
  });
});

describe("an update that is rolled back", () => {
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
  const goingBack = {
    found: service({}, { UpdateStatus: { State: "rollback_started", StartedAt: before(9) } }),
    tasks: [task(3, "running"), other(2, "failed", crashed), task(1, "shutdown")],
  };

  test("is told with the task that failed: node, exit code, the engine's words", async () => {
    await expect(wait(goingBack, rolledBack(before(0)))).rejects.toMatchObject({
      code: "ROLLED_BACK",
      message: "demo was rolled back because its new version failed: task: non-zero exit (3) on node-1.",
      hint: "The previous version is running. See the last log lines.",
      instance: { id: "task2", node: "node-1", error: "task: non-zero exit (3)", lastLogLines: [] },
    });
  });

  test("only just now is told by a wait that did not see it, one of days ago is not", async () => {
    await expect(wait(rolledBack(before(30)))).rejects.toMatchObject({ code: "ROLLED_BACK" });
    expect(await wait(rolledBack(before(86_400)))).toMatchObject({ state: "running" });
  });

  test("while a wait looks is told, though another one was rolled back long ago", async () => {
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

  test("that this strategy has made is told however long ago the rollback was, until it is updated anew", async () => {
    const { strategy } = swarm([rolledBack(before(86_400))]);
    expect(await strategy.wait("demo", { settleMs: 1 })).toMatchObject({ state: "running" });
    await strategy.update({ name: "demo", image: "demo:0" });
    await expect(strategy.wait("demo", { settleMs: 1 })).rejects.toMatchObject({ code: "ROLLED_BACK" });
  });

  test("because somebody asked for it is what was wanted", async () => {
    expect(await wait(goingBack, rolledBack(before(0), { PreviousSpec }))).toMatchObject({ state: "running" });
  });

  test("is the swarm's to judge: tasks that fail end no wait before it has gone back", async () => {
    const rollback = { UpdateConfig: { FailureAction: "rollback" } };
    const failing = {
      found: service({}, updating, rollback),
      tasks: [task(4, "pending"), task(3, "failed", crashed), task(2, "failed", crashed), other(1, "shutdown")],
    };
    await expect(wait(failing, failing, goingBack, rolledBack(before(0)))).rejects.toMatchObject({
      code: "ROLLED_BACK",
    });
    const continuing = { ...failing, found: service({}, updating, { UpdateConfig: { FailureAction: "continue" } }) };
    await expect(wait(continuing, continuing)).rejects.toMatchObject({
      code: "TASK_FAILED",
      instance: { id: "task3" },
    });
  });
});

describe("an update that has stopped", () => {
  const paused = (tasks: object[], State = "paused") => ({
    found: service({}, { PreviousSpec, UpdateStatus: { State, StartedAt: before(9_999), Message: "update paused" } }),
    tasks,
  });

  test("is a failure, with the task that failed, though all runs at the moment", async () => {
    const tasks = [task(3, "running"), task(2, "failed", crashed), other(1, "shutdown")];
    await expect(wait({ found: service({}, updating), tasks }, paused(tasks))).rejects.toMatchObject({
      code: "TASK_FAILED",
      message: expect.stringMatching(/^The update of demo is paused because a task failed: .* on node-1\.$/),
      instance: { id: "task2" },
    });
    await expect(wait({ found: service({}, updating), tasks }, paused(tasks, "rollback_paused"))).rejects.toMatchObject(
      {
        code: "TASK_FAILED",
        message: expect.stringContaining("The rollback of demo"),
      },
    );
  });

  test("long ago is none while all of the new version runs, and is one while some does not", async () => {
    expect(await wait(paused([task(2, "running"), other(1, "shutdown")]))).toMatchObject({ state: "running" });
    await expect(wait(paused([other(1, "running")]))).rejects.toMatchObject({ code: "TASK_FAILED" });
  });
});

describe("a task that nodes turn away", () => {
  const rejected = (number: number, on: number) =>
    task(number, "rejected", { Err: "No such image: demo:1" }, { NodeID: `n${on}` });

  test("and another takes is no failure", async () => {
    const away = [rejected(1, 1), rejected(2, 2), rejected(3, 1), rejected(4, 1), rejected(5, 2)];
    const looks = [
      { found: service(), tasks: [...away.slice(0, 2), task(6, "pending")] },
      { found: service(), tasks: [...away, task(6, "pending")] },
      { found: service(), tasks: [...away, task(6, "running", {}, { NodeID: "n3" })] },
    ];
    expect(await wait(...looks)).toMatchObject({ state: "running", instances: [{ node: "node-3", restarts: 5 }] });
  });

  test.each([
    ["all that there are", service(), [rejected(1, 1), rejected(2, 2), rejected(3, 3)]],
    [
      "all that may run it",
      service({ Placement: { Constraints: ["node.role==worker"] } }),
      [rejected(1, 2), rejected(2, 3)],
    ],
    [
      "the one that may run it",
      service({ Placement: { Constraints: ["node.hostname==node-1"] } }),
      [rejected(1, 1), rejected(2, 1)],
    ],
  ])("%s: it is a failure", async (_, found, tasks) => {
    await expect(wait({ found, tasks: [] }, { found, tasks: [...tasks, task(9, "pending")] })).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
      message: expect.stringContaining("No such image"),
      hint: expect.stringContaining("load the image"),
    });
  });

  test.each([
    [
      "the registry does not have, nor the manager",
      fails("IMAGE_NOT_FOUND"),
      fails("IMAGE_NOT_FOUND"),
      "IMAGE_NOT_FOUND",
    ],
    ["the registry does not give us", fails("UNAUTHORIZED"), fails("IMAGE_NOT_FOUND"), "IMAGE_NOT_FOUND"],
    ["the manager has, which may take its turn", fails("IMAGE_NOT_FOUND"), () => ({}), "TIMEOUT"],
    ["the registry has, which another node may reach", () => "sha256:1", fails("IMAGE_NOT_FOUND"), "TIMEOUT"],
    ["nobody can be asked for", fails("TIMEOUT"), fails("IMAGE_NOT_FOUND"), "TIMEOUT"],
  ])("for an image that %s", async (_, digest, inspect, code) => {
    const looks = [{ found: service(), tasks: [rejected(1, 1), rejected(2, 1), task(3, "pending")] }];
    const { strategy, calls } = swarm(looks, { "images.digest": digest, "images.inspect": inspect });
    await expect(strategy.wait("demo", { settleMs: 1, timeoutMs: 400 })).rejects.toMatchObject({ code });
    expect(calls.filter((call) => call.startsWith("images.digest"))).toHaveLength(code === "TIMEOUT" ? 1 : 2);
  });

  test("is one when two of three do so more often than the swarm tries them before the third, though it forgets the first of it", async () => {
    const looks = Array.from({ length: 11 }, (_, index) => {
      const away = [rejected(1, (index % 2) + 1), rejected(2, 1)].map((one) => ({ ...one, ID: `${one.ID}-${index}` }));
      return { found: service(), tasks: [...away.slice(0, 2), task(9, "pending")] };
    });
    await expect(wait(...looks)).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(wait(looks[0]!, looks[1]!, { found: service(), tasks: [task(9, "running")] })).resolves.toMatchObject({
      state: "running",
    });
  });
});
