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
  // The swarm increments the version of a task with every change.
  Version: { Index: state === "running" ? 2 : 1 },
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

describe("list()", () => {
  const listed = (services: object[], tasks: object[] = []) => {
    const filters: unknown[] = [];
    const { engine, calls } = fakeEngine({
      ...nodes,
      "services.list": () => services,
      "tasks.list": (filter: unknown) => (filters.push(filter), tasks),
    });
    return { strategy: new SwarmDeploymentStrategy(engine), calls, filters };
  };

  test("without instances makes one call when all services have converged, including stopped ones", async () => {
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
    ["runs too few tasks", service("late", { replicas: 2, running: 1 })],
    ["runs too many tasks", service("late", { replicas: 0, running: 1 })],
    ["is being updated", service("late", { update: "updating" })],
    ["has a paused update", service("late", { update: "paused" })],
    ["is a job", service("late", { mode: { Replicated: undefined, ReplicatedJob: { TotalCompletions: 1 } } })],
  ])("lists the tasks of only the service that %s", async (_, late) => {
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

  test("with instances makes three calls", async () => {
    const { strategy, calls } = listed(
      names.map((name) => service(name)),
      names.map((name) => task(name)),
    );
    const found = await strategy.list();
    expect(calls.sort()).toEqual(["nodes.list", "services.list", "tasks.list"]);
    expect(found.every(({ instances }) => instances.length === 1)).toBe(true);
  });

  test("with instances lists again the tasks of only the service that is being updated, with their versions", async () => {
    const { strategy, calls, filters } = listed(
      [...names.map((name) => service(name)), service("late", { update: "updating" })],
      [...names.map((name) => task(name)), { ...task("late"), Spec: { ContainerSpec: { Image: "demo:0" } } }],
    );
    const found = await strategy.list();
    expect(calls.slice(0, 3).sort()).toEqual(["nodes.list", "services.list", "tasks.list"]);
    expect(calls.slice(3).sort()).toEqual(["nodes.list", "tasks.list"]);
    expect(filters).toEqual([{}, { service: ["id-late"] }]);
    expect(found.find(({ name }) => name === "late")).toMatchObject({ state: "pending", replicas: { running: 1 } });
    expect(found.find(({ name }) => name === "app-0")).toMatchObject({ state: "running" });
  });

  test("with instances and labels lists the tasks of only the services with these labels", async () => {
    const { strategy, filters } = listed(
      names.map((name) => service(name)),
      [task("app-7")],
    );
    expect(await strategy.list({ labels: { app: "app-7" } })).toMatchObject([{ name: "app-7", state: "running" }]);
    expect(filters).toEqual([{ service: ["id-app-7"] }]);
  });

  test.each([[true], [false]])(
    "asks isRelevant with the whole status, and returns no settings if it is false (instances: %s)",
    async (instances) => {
      const { strategy } = listed([service("web"), service("db")], [task("web"), task("db")]);
      const asked: object[] = [];
      const isRelevant = (status: { name: string }): boolean => (asked.push(status), status.name === "web");
      const found = await strategy.list({ instances, isRelevant });
      const whole = { state: "running", replicas: { running: 1, desired: 1 }, settings: { image: "demo:1" } };
      expect(asked).toMatchObject([whole, whole]);
      expect(found.map(({ name, settings }) => [name, settings?.name])).toEqual([
        ["db", undefined],
        ["web", "web"],
      ]);
    },
  );
});

test("concurrent wait() calls share polls: two calls for each poll, and one for the nodes", async () => {
  let polls = 0;
  const { engine, calls } = fakeEngine({
    ...nodes,
    "services.list": () => ((polls += 1), names.map((name) => service(name))),
    // The first poll finds none ready, the second half of them, the third all.
    "tasks.list": () =>
      names.map((name, index) => task(name, polls > 2 || (polls === 2 && index % 2 === 0) ? "running" : "starting")),
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

test("concurrent wait() calls for a few services filter by these services", async () => {
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

test("wait() rejects with NOT_FOUND when the service was replaced or removed", async () => {
  let polls = 0;
  const { engine } = fakeEngine({
    ...nodes,
    "services.list": () => (
      (polls += 1),
      polls === 1 ? [service("one"), service("two")] : [{ ...service("one"), ID: "another" }]
    ),
    "tasks.list": () => [task("one", "starting"), task("two", "starting")],
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  const ended = await Promise.allSettled(["one", "two", "never"].map((name) => strategy.wait(name)));
  expect(ended).toMatchObject(
    ["one", "two", "never"].map((name) => ({ reason: { code: "NOT_FOUND", service: name } })),
  );
});

test("concurrent remove() calls with `wait` share polls", async () => {
  let polls = 0;
  const { engine, calls } = fakeEngine({
    "services.list": () => names.map((name) => service(name)),
    "services.remove": () => undefined,
    "tasks.list": () => ((polls += 1), polls < 3 ? names.map((name) => task(name)) : []),
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  await Promise.all(names.map((name) => strategy.remove(name, { wait: true })));
  expect(calls.filter((call) => call === "tasks.list")).toHaveLength(3);
  expect(calls.filter((call) => call === "services.list")).toHaveLength(1);
  expect(calls).toHaveLength(1 + COUNT + 3);
});

describe("polls on a swarm of thousands of services", () => {
  const all = Array.from({ length: 2_000 }, (_, index) => `app-${index}`);
  const listed = (filter: { name?: string[] }): string[] => filter.name ?? all;

  test("list only the services that wait() calls wait for, in parts, once a poll has listed all", async () => {
    const asked: (number | undefined)[] = [];
    let polls = 0;
    const { engine } = fakeEngine({
      ...nodes,
      "services.list": (filter: { name?: string[] }) => (
        asked.push(filter.name?.length),
        (polls += 1),
        listed(filter).map((name) => service(name))
      ),
      "tasks.list": () => all.map((name) => task(name, polls > 1 ? "running" : "starting")),
    });
    const strategy = new SwarmDeploymentStrategy(engine);
    const waited = all.slice(0, 250);
    const ready = await Promise.all(waited.map((name) => strategy.wait(name, { settleMs: 0 })));
    expect(ready.map(({ name }) => name)).toEqual(waited);
    expect(asked).toEqual([undefined, 100, 100, 50]);
  });

  test("list only the tasks of the services that remove() calls wait for", async () => {
    const asked: unknown[] = [];
    const { engine } = fakeEngine({
      "services.list": (filter: { name?: string[] }) => listed(filter).map((name) => service(name)),
      "services.remove": () => undefined,
      "tasks.list": (filter: unknown) => (asked.push(filter), []),
    });
    const strategy = new SwarmDeploymentStrategy(engine);
    await Promise.all(["app-1", "app-2"].map((name) => strategy.remove(name, { wait: true })));
    expect(asked).toEqual([{ name: ["app-1.", "app-2."] }]);
  });
});

test("concurrent logs() calls share their lookups, and read each log with one call", async () => {
  let infos = 0;
  const { engine, calls } = fakeEngine({
    ...nodes,
    "services.list": () => names.map((name) => service(name)),
    "tasks.list": () => names.map((name) => task(name)),
    info: () => ((infos += 1), { LoggingDriver: "json-file", Swarm: { NodeID: "node-1" } }),
  });
  const read: unknown[] = [];
  const logs = async function* (id: string, { source }: { source?: { ID: string } }) {
    read.push([id, source?.ID]);
    yield { stream: "stdout", timestamp: "", line: id, details: {} };
  };
  const services = new Proxy(engine.services, { get: (of, key) => (key === "logs" ? logs : Reflect.get(of, key)) });
  const strategy = new SwarmDeploymentStrategy({ ...engine, services } as unknown as typeof engine);
  const firstLine = async (name: string): Promise<string | undefined> => {
    for await (const { line } of strategy.logs(name)) return line;
    return undefined;
  };
  expect(await Promise.all(names.map(firstLine))).toEqual(names.map((name) => `id-${name}`));
  expect(read).toEqual(names.map((name) => [`id-${name}`, `id-${name}`]));
  // The frames name no task: one more list of tasks for each log.
  expect(calls.filter((call) => call !== "tasks.list").sort()).toEqual(["nodes.list", "services.list"]);
  expect(infos).toBe(1);
});
