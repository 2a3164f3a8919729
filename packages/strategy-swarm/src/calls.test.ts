import { fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { SwarmDeploymentStrategy } from "./strategy.js";

const COUNT = 300;
const names = Array.from({ length: COUNT }, (_, index) => `app-${index}`);

interface Traits {
  replicas?: number;
  running?: number;
  update?: string;
  mode?: object;
}

const service = (name: string, { replicas = 1, running = replicas, update, mode = {} }: Traits = {}) => ({
  ID: `id-${name}`,
  Version: { Index: 1 },
  CreatedAt: "2026-01-01T00:00:00Z",
  UpdatedAt: "2026-01-01T00:00:00Z",
  Spec: {
    Name: name,
    Labels: { app: name },
    TaskTemplate: { ContainerSpec: { Image: "demo:1" } },
    Mode: { Replicated: { Replicas: replicas }, ...mode },
  },
  ServiceStatus: { RunningTasks: running, DesiredTasks: replicas },
  ...(update === undefined ? {} : { UpdateStatus: { State: update } }),
});

const task = (name: string, state = "running") => ({
  ID: `task-${name}`,
  Version: { Index: 1 },
  CreatedAt: "2026-01-01T00:00:00Z",
  UpdatedAt: "2026-01-01T00:00:00Z",
  ServiceID: `id-${name}`,
  NodeID: "n1",
  Slot: 1,
  DesiredState: "running",
  Spec: {},
  Status: { Timestamp: "2026-01-01T00:00:00Z", State: state },
});

const nodes = { "nodes.list": () => [{ ID: "n1", Description: { Hostname: "node-1" } }] };

describe("a listing", () => {
  const listed = (services: object[], tasks: object[] = []) => {
    const filters: unknown[] = [];
    const { engine, calls } = fakeEngine({
      ...nodes,
      "services.list": () => services,
      "tasks.list": (filter: unknown) => (filters.push(filter), tasks),
    });
    return { strategy: new SwarmDeploymentStrategy(engine), calls, filters };
  };

  test("without instances is one call where each service is as it should be, stopped ones among them", async () => {
    const { strategy, calls } = listed([...names.map((name) => service(name)), service("none", { replicas: 0 })]);
    const found = await strategy.list({ instances: false });
    expect(calls).toEqual(["services.list"]);
    expect(found).toHaveLength(COUNT + 1);
    expect(found[0]).toMatchObject({
      name: "app-0",
      ids: ["id-app-0"],
      image: "demo:1",
      state: "running",
      replicas: { running: 1, desired: 1 },
      ports: [],
      labels: { app: "app-0" },
      createdAt: "2026-01-01T00:00:00Z",
      instances: [],
    });
    expect(found.at(-1)).toMatchObject({ name: "none", state: "stopped", replicas: { running: 0, desired: 0 } });
  });

  test.each([
    ["runs less than it should", service("late", { replicas: 2, running: 1 })],
    ["still runs what it should not", service("late", { replicas: 0, running: 1 })],
    ["is being updated", service("late", { update: "updating" })],
    ["has an update that stopped", service("late", { update: "paused" })],
    ["is a job", service("late", { mode: { Replicated: undefined, ReplicatedJob: { TotalCompletions: 1 } } })],
  ])("asks for the tasks of a service that %s, and of that one alone", async (_, late) => {
    const { strategy, calls, filters } = listed(
      [...names.map((name) => service(name)), late],
      [task("late", "preparing")],
    );
    const found = await strategy.list({ instances: false });
    expect(calls).toEqual(["services.list", "tasks.list", "nodes.list"]);
    expect(filters).toEqual([{ service: ["id-late"] }]);
    expect(found.find(({ name }) => name === "late")).toMatchObject({
      instances: [{ state: "pending", node: "node-1" }],
    });
    expect(found.find(({ name }) => name === "app-0")).toMatchObject({ state: "running", instances: [] });
  });

  test("with instances is three calls", async () => {
    const { strategy, calls } = listed(
      names.map((name) => service(name)),
      names.map((name) => task(name)),
    );
    const found = await strategy.list();
    expect(calls.sort()).toEqual(["nodes.list", "services.list", "tasks.list"]);
    expect(found.every(({ instances }) => instances.length === 1)).toBe(true);
  });
});

test("any number of waits look together: two calls a look, and one for the nodes", async () => {
  let look = 0;
  const { engine, calls } = fakeEngine({
    ...nodes,
    "services.list": () => ((look += 1), names.map((name) => service(name))),
    // The first look finds none ready, the second half of them, the third all.
    "tasks.list": () =>
      names.map((name, index) => task(name, look > 2 || (look === 2 && index % 2 === 0) ? "running" : "starting")),
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  const ready = await Promise.all(names.map((name) => strategy.wait(name, { settleMs: 0 })));
  expect(ready.map(({ name }) => name)).toEqual(names);
  expect(calls).toEqual([
    "services.list",
    "tasks.list",
    "nodes.list",
    "services.list",
    "tasks.list",
    "services.list",
    "tasks.list",
  ]);
});

test("few waits ask for theirs alone", async () => {
  const asked: unknown[] = [];
  const { engine } = fakeEngine({
    ...nodes,
    "services.list": (filter: unknown) => (asked.push(filter), [service("one"), service("one-more"), service("two")]),
    "tasks.list": (filter: unknown) => (asked.push(filter), [task("one"), task("two")]),
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  await Promise.all(["one", "two"].map((name) => strategy.wait(name, { settleMs: 0 })));
  expect(asked).toEqual([{ name: ["one", "two"] }, { service: ["id-one", "id-two"] }]);
});

test("a service that another has replaced, or that is gone, is not waited for", async () => {
  let look = 0;
  const { engine } = fakeEngine({
    ...nodes,
    "services.list": () => (
      (look += 1),
      look === 1 ? [service("one"), service("two")] : [{ ...service("one"), ID: "another" }]
    ),
    "tasks.list": () => [task("one", "starting"), task("two", "starting")],
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  const ended = await Promise.allSettled(["one", "two", "never"].map((name) => strategy.wait(name)));
  expect(ended).toMatchObject(
    ["one", "two", "never"].map((name) => ({ reason: { code: "NOT_FOUND", service: name } })),
  );
});

test("removals that wait look together, too", async () => {
  let look = 0;
  const { engine, calls } = fakeEngine({
    "services.list": () => names.map((name) => service(name)),
    "services.remove": () => undefined,
    "tasks.list": () => ((look += 1), look < 3 ? names.map((name) => task(name)) : []),
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  await Promise.all(names.map((name) => strategy.remove(name, { wait: true })));
  expect(calls.filter((call) => call === "tasks.list")).toHaveLength(3);
  expect(calls.filter((call) => call === "services.list")).toHaveLength(1);
  expect(calls).toHaveLength(1 + COUNT + 3);
});
