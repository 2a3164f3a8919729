import { DeploymentError } from "@openfactory/deploy-core";
import { fails, fakeEngine } from "@openfactory/docker-probes";
import { describe, expect, test } from "vitest";
import { node, service, task } from "../engine-answers.test.data.js";
import { revisionOf } from "../settings.js";
import { SwarmDeploymentStrategy } from "../strategy.js";

const request = { name: "demo", image: "demo:2", env: ["TOKEN=s3cret"] };

type Spec = ReturnType<typeof service>["Spec"] & { Labels?: Record<string, string> };
interface Fault {
  /** Runs before the n-th update is applied; throws to reject it. */
  refuse?: (attempt: number) => unknown;
  /** Runs after the n-th update was applied. */
  after?: (attempt: number) => unknown;
  /** Changes the service before an update arrives. */
  meanwhile?: (now: Stored) => void;
}
type Stored = ReturnType<typeof service> & { PreviousSpec?: Spec; UpdateStatus?: object };

/** An engine with one service. Like a swarm, it accepts updates of the newest version only. */
function swarm(found: Stored, { refuse, after, meanwhile }: Fault = {}, tasks: object[] = []) {
  const now = { ...found };
  const sent: { version: number; spec: Spec; options: { image?: string; rollback?: string } }[] = [];
  const read = () => structuredClone(now);
  const { engine, calls } = fakeEngine({
    "services.list": () => [read()],
    "services.inspect": read,
    "tasks.list": () => tasks,
    "networks.list": () => [],
    "nodes.list": () => [node(1), node(2)],
    "services.update": (_: string, version: number, spec: Spec, options: { image?: string; rollback?: "previous" }) => {
      sent.push({ version, spec, options });
      meanwhile?.(now);
      refuse?.(sent.length);
      if (version !== now.Version.Index) fails("CONFLICT", "update out of sequence")();
      const next = options.rollback ? now.PreviousSpec : structuredClone(spec);
      Object.assign(now, { PreviousSpec: now.Spec, Spec: next, Version: { Index: version + 1 } });
      after?.(sent.length);
      return { warnings: ["careful"] };
    },
  });
  return { strategy: new SwarmDeploymentStrategy(engine), engine, calls, sent, now };
}
const spec = (more: object): Spec => service(more).Spec as Spec;
const once = (now: Stored, done: { value: boolean }, change: (now: Stored) => void): void => {
  if (done.value) return;
  done.value = true;
  change(now);
  now.Version = { Index: now.Version.Index + 1 };
};

test("update() changes the observed version in one call, with the image whose credentials are stored", async () => {
  const { strategy, calls, sent } = swarm(service({ ForceUpdate: 3, Runtime: "container" }));
  const deployment = await strategy.update(request);
  expect(deployment).toMatchObject({ name: "demo", ids: ["svc"], image: "demo:2" });
  expect(deployment.warnings).toEqual([
    { code: "ENGINE_WARNING", service: "demo", strategy: "swarm", reason: "careful" },
  ]);
  expect(sent).toMatchObject([{ version: 1, options: { image: "demo:2" } }]);
  expect(sent[0]?.spec.TaskTemplate).toMatchObject({
    ContainerSpec: { Image: "demo:2", Env: ["TOKEN=s3cret"] },
    ForceUpdate: 3,
    Runtime: "container",
  });
  expect(calls).toEqual(["services.list", "services.update svc", "services.list", "tasks.list"]);
});

describe("update() when another process modifies the service at the same time", () => {
  test("updates the newer version if only the version number changed", async () => {
    const done = { value: false };
    const { strategy, sent } = swarm(service(), { meanwhile: (now) => once(now, done, () => undefined) });
    await strategy.update(request, { revision: revisionOf(service().Spec) });
    expect(sent.map(({ version }) => version)).toEqual([1, 2]);
  });

  test("rejects with CONFLICT when the revision changed, and names the changed paths without values", async () => {
    const done = { value: false };
    const changed = spec({ ContainerSpec: { Image: "other:1", Env: ["TOKEN=0ther"] } });
    const { strategy, sent } = swarm(service(), { meanwhile: (now) => once(now, done, () => (now.Spec = changed)) });
    const error = await strategy
      .update(request, { revision: revisionOf(service().Spec) })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "CONFLICT",
      message: "Service demo was modified since the plan was made: env.TOKEN, image.",
      issues: [{ field: "env.TOKEN" }, { field: "image" }],
    });
    expect(JSON.stringify(error)).not.toMatch(/0ther|other:1/);
    expect(sent).toHaveLength(1);
  });

  test("names the changes since an earlier revision from the previous version, and sends nothing", async () => {
    const before = service({ ContainerSpec: { Image: "demo:0" } });
    const { strategy, calls } = swarm({ ...service(), PreviousSpec: before.Spec });
    await expect(strategy.update(request, { revision: revisionOf(before.Spec) })).rejects.toMatchObject({
      code: "CONFLICT",
      issues: [{ field: "image" }],
    });
    await expect(strategy.update(request, { revision: "unknown" })).rejects.toMatchObject({
      code: "CONFLICT",
      issues: [],
    });
    expect(calls).toEqual(["services.list", "services.list"]);
  });

  test("without a revision updates the newer version, and keeps settings that no request can express", async () => {
    const done = { value: false };
    const { strategy, sent } = swarm(service(), {
      meanwhile: (now) => once(now, done, () => (now.Spec = spec({ ForceUpdate: 9 }))),
    });
    await strategy.update(request);
    expect(sent.at(-1)).toMatchObject({ version: 2, spec: { TaskTemplate: { ForceUpdate: 9 } } });
  });

  test("rejects with NOT_FOUND when the service was removed", async () => {
    let lists = 0;
    const { engine } = fakeEngine({
      "services.list": () => ((lists += 1) === 1 ? [service()] : []),
      "services.update": fails("NOT_FOUND"),
    });
    await expect(new SwarmDeploymentStrategy(engine).update(request)).rejects.toMatchObject({
      code: "NOT_FOUND",
      hint: expect.stringContaining("Names must match exactly"),
    });
  });

  test("rejects with CONFLICT when the service keeps changing", async () => {
    const { strategy, sent } = swarm(service(), {
      meanwhile: (now) => (now.Version = { Index: now.Version.Index + 1 }),
    });
    await expect(strategy.update(request)).rejects.toMatchObject({ code: "CONFLICT", service: "demo" });
    expect(sent.length).toBeGreaterThan(3);
    await expect(strategy.scale("demo", 2)).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a lost answer", () => {
  const lost = fails("TIMEOUT", "no answer");

  test.each([
    ["update", (strategy: SwarmDeploymentStrategy) => strategy.update(request)],
    ["scale", (strategy: SwarmDeploymentStrategy) => strategy.scale("demo", 2)],
    ["rollback", (strategy: SwarmDeploymentStrategy) => strategy.rollback("demo")],
  ])("%s() resolves if the change was made, and rejects with the error if it was not", async (_, change) => {
    const found = { ...service(), PreviousSpec: spec({ ContainerSpec: { Image: "demo:0" } }) };
    const made = swarm(found, { after: lost as () => unknown });
    await change(made.strategy);
    expect(made.sent).toHaveLength(1);
    const refused = swarm(found, { refuse: lost as () => unknown });
    await expect(change(refused.strategy)).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(refused.sent).toHaveLength(1);
  });
});

describe("an aborted update()", () => {
  test("sends nothing when aborted at its step", async () => {
    const { strategy, sent } = swarm(service());
    const controller = new AbortController();
    const updating = strategy.update(request, { signal: controller.signal, observer: () => controller.abort() });
    await expect(updating).rejects.toMatchObject({ code: "ABORTED" });
    expect(sent).toEqual([]);
  });

  test("reverts the service when aborted while the engine answers", async () => {
    const controller = new AbortController();
    const { strategy, sent, now } = swarm(service(), { after: (attempt) => attempt === 1 && controller.abort() });
    await expect(strategy.update(request, { signal: controller.signal })).rejects.toMatchObject({ code: "ABORTED" });
    expect(sent.map(({ options }) => options.rollback)).toEqual([undefined, "previous"]);
    expect(now.Spec).toEqual(service().Spec);
  });

  test("does not revert a service that another process has modified since", async () => {
    const controller = new AbortController();
    const theirs = spec({ ContainerSpec: { Image: "theirs:1" } });
    const fixture = swarm(service(), {
      after() {
        controller.abort();
        fixture.now.Spec = theirs;
      },
    });
    await expect(fixture.strategy.update(request, { signal: controller.signal })).rejects.toMatchObject({
      code: "ABORTED",
    });
    expect(fixture.sent).toHaveLength(1);
    expect(fixture.now.Spec).toEqual(theirs);
  });

  test("rejects with the signal's reason if that is a DeploymentError", async () => {
    const reason = new DeploymentError("CONFLICT", "Enough.", { hint: "None." });
    const { strategy, sent } = swarm(service());
    await expect(strategy.scale("demo", 2, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      message: "Enough.",
    });
    expect(sent).toEqual([]);
  });
});

describe("update() resolves when the swarm has started to replace tasks", () => {
  const running = [task(1, "running")];

  test.each([
    ["another image", request, 3],
    ["a port", { name: "demo", image: "demo:1", ports: { 8080: 80 } }, 3],
    ["labels of its containers", { name: "demo", image: "demo:1", labels: { a: "1" } }, 3],
    ["the update settings", { name: "demo", image: "demo:1", updateConfig: { Delay: 0, Parallelism: 2 } }, 1],
    [
      "constraints that the current node does not match",
      { name: "demo", image: "demo:1", constraints: ["node.role==worker"] },
      3,
    ],
    [
      "constraints that the current node matches",
      { name: "demo", image: "demo:1", constraints: ["node.role==manager"] },
      1,
    ],
  ])("%s", async (_, changed, polls) => {
    const found = service({ ContainerSpec: { Image: "demo:1", Env: [] }, RestartPolicy: { Condition: "any" } });
    const { engine } = swarm(found, {}, running);
    let lists = 0;
    const services = {
      update: engine.services.update,
      async listEach<Result>(read: (listed: object) => Result) {
        const [now] = await engine.services.list();
        lists += 1;
        // The first list finds the service to change.
        return [read({ ...now, ...(lists === 4 && { UpdateStatus: { State: "updating" } }) })];
      },
    };
    await new SwarmDeploymentStrategy({ ...engine, services } as unknown as typeof engine).update(changed);
    expect(lists).toBe(1 + polls);
  });

  test("at once for a service without tasks, and without a poll for one of no replicas", async () => {
    const { strategy, calls } = swarm(service(), {}, []);
    await strategy.update(request);
    expect(calls).toEqual(["services.list", "services.update svc", "services.list", "tasks.list"]);
    const none = swarm(service({}, {}, { Mode: { Replicated: { Replicas: 0 } } }));
    await none.strategy.update(request);
    expect(none.calls).toEqual(["services.list", "services.update svc"]);
  });

  test.each([
    ["is unreachable", fails("ENGINE_UNREACHABLE")],
    ["has another service of that name", () => [{ ...service(), ID: "another" }]],
    ["has no service of that name any more", () => []],
  ])("even if the swarm %s after the update", async (_, then) => {
    let lists = 0;
    const { engine } = fakeEngine({
      "services.list": () => ((lists += 1) === 1 ? [service()] : then()),
      "services.update": () => ({ warnings: [] }),
      "tasks.list": () => [],
    });
    await new SwarmDeploymentStrategy(engine).update(request);
    expect(lists).toBe(2);
  });
});

test("concurrent update() calls share lookups and polls", async () => {
  const names = Array.from({ length: 50 }, (_, index) => `app-${index}`);
  const found = names.map((name) => ({
    ...service({ Networks: [{ Target: "net" }] }, {}, { Name: name }),
    ID: `id-${name}`,
  }));
  const { engine, calls } = fakeEngine({
    "services.list": () => found.map((one) => ({ ...one, UpdateStatus: { State: "updating" } })),
    "services.update": () => ({ warnings: [] }),
    "networks.list": () => [{ Id: "net", Name: "plant" }],
    "secrets.list": () => [{ ID: "id-key", Spec: { Name: "key" } }],
    "tasks.list": () => [],
  });
  const strategy = new SwarmDeploymentStrategy(engine);
  await Promise.all(names.map((name) => strategy.update({ ...request, name, networks: ["plant"], secrets: ["key"] })));
  const count = (call: string): number => calls.filter((one) => one.startsWith(call)).length;
  expect(["services.list", "networks.list", "secrets.list", "tasks.list", "services.update"].map(count)).toEqual([
    2, 1, 1, 1, 50,
  ]);
});

describe("changes that the swarm does not support", () => {
  test.each([
    [{ Global: {} }, "Global"],
    [{ ReplicatedJob: {} }, "ReplicatedJob"],
  ])("update() to mode %j of a replicated service rejects with UNSUPPORTED and sends nothing", async (mode, kind) => {
    const { strategy, sent } = swarm(service());
    await expect(strategy.update({ ...request, mode })).rejects.toMatchObject({ code: "UNSUPPORTED", field: "mode" });
    const { needsReplacement } = strategy.manifest;
    const settings = await strategy.settingsOf(request);
    expect(needsReplacement?.(settings, await strategy.settingsOf({ ...request, mode }))).toContain(kind);
    expect(
      needsReplacement?.(settings, await strategy.settingsOf({ ...request, mode: { Replicated: { Replicas: 3 } } })),
    ).toBeUndefined();
    expect(sent).toEqual([]);
  });

  test("update() with a port of another service rejects with CONFLICT", async () => {
    const words = "port '80' is already in use by service 'other' (x) as an ingress port";
    const { strategy } = swarm(service(), { refuse: fails("INVALID_REQUEST", words) as () => unknown });
    await expect(strategy.update(request)).rejects.toMatchObject({ code: "CONFLICT", field: "ports" });
  });

  test("rollback() rejects with CONFLICT if the service was never updated, or was modified at the same time", async () => {
    const never = swarm(service());
    await expect(never.strategy.rollback("demo")).rejects.toMatchObject({ code: "CONFLICT", service: "demo" });
    expect(never.sent).toEqual([]);
    const done = { value: false };
    const previous = spec({ ContainerSpec: { Image: "demo:0" } });
    const changed = swarm(
      { ...service(), PreviousSpec: previous },
      { meanwhile: (now) => once(now, done, () => (now.PreviousSpec = now.Spec)) },
    );
    await expect(changed.strategy.rollback("demo")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(changed.sent).toHaveLength(1);
  });
});

test("scale() keeps concurrent changes of the service", async () => {
  const done = { value: false };
  const { strategy, now } = swarm(service(), {
    meanwhile: (stored) => once(stored, done, () => (stored.Spec = spec({ ForceUpdate: 7 }))),
  });
  await strategy.scale("demo", 4);
  expect(now.Spec).toMatchObject({ TaskTemplate: { ForceUpdate: 7 }, Mode: { Replicated: { Replicas: 4 } } });
});
