import { DeploymentError } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy, MemoryOptions } from "@openfactory/strategy-memory";
import { describe, expect, test } from "vitest";
import { ALL, app, changeManually, changes, config, memory, network, project } from "../../test/fixtures.js";
import { SETTINGS_LABEL } from "../model/labels.js";
import { down } from "../operations/down.js";
import { up } from "../operations/up.js";
import { plan } from "./plan.js";

const fake = (options: MemoryOptions = {}) => memory({ capabilities: ALL }, options);
const planOnly = async (
  strategy: MemoryDeploymentStrategy,
  ...args: Parameters<typeof plan> extends [unknown, ...infer Rest] ? Rest : never
) => {
  strategy.calls.length = 0;
  return plan(strategy, ...args);
};

describe("calls of plan()", () => {
  const apps = Array.from({ length: 20 }, (_, index) => app(`app${index}`));

  test("drift is detected with one listing if that has settings, and settingsOf is called only for changed services", async () => {
    const strategy = fake({ listsSettings: true });
    await up(strategy, project(...apps));
    expect((await planOnly(strategy, project(...apps), { refresh: false })).hasChanges).toBe(false);
    expect(strategy.calls).toEqual(["list"]);

    changeManually(strategy, "app3", { user: "1:1" });
    const { apps: planned } = await planOnly(strategy, project(...apps), { refresh: false });
    expect(planned.filter(({ action }) => action !== "unchanged")).toMatchObject([
      { app: "App3", action: "update", drifted: true, changes: [{ path: "user", from: "1:1" }] },
    ]);
    expect(strategy.calls).toEqual(["list", "settingsOf app3", "preflight app3"]);
  });

  test("the settings of a listing are kept only of services that may change", async () => {
    const strategy = fake({ listsSettings: true });
    await up(strategy, project(app("same"), app("changed"), app("drifted"), app("stopped"), app("other")));
    changeManually(strategy, "drifted", { user: "1:1" });
    await strategy.deploy({ name: "foreign", image: "demo:1" });
    const list = strategy.list.bind(strategy);
    const kept: string[] = [];
    strategy.list = async (options = {}) => {
      const listed = (await list(options)).map((status) =>
        status.name === "stopped"
          ? { ...status, state: "failed" as const, replicas: { running: 0, desired: 1 } }
          : status,
      );
      kept.push(...listed.filter(options.isRelevant ?? (() => true)).map(({ name }) => name));
      return listed.map((status) => (kept.includes(status.name) ? status : { ...status, settings: undefined }));
    };
    const desired = project(app("same"), app("changed", { image: "demo:2" }), app("drifted"), app("stopped"));
    const { apps: planned } = await planOnly(strategy, desired, { refresh: false });
    expect(kept.sort()).toEqual(["changed", "drifted", "other", "stopped"]);
    expect(planned.map(({ app: name, action }) => `${name} ${action}`)).toEqual([
      "Same unchanged",
      "Changed update",
      "Drifted update",
      "Stopped update",
    ]);
    expect(strategy.calls.filter((call) => call.startsWith("inspect"))).toEqual([]);
  });

  test("without settings in the listing, the hash decides, and refresh inspects each service", async () => {
    const strategy = fake();
    await up(strategy, project(...apps));
    changeManually(strategy, "app3", { user: "1:1" });
    expect((await planOnly(strategy, project(...apps), { refresh: false })).hasChanges).toBe(false);
    expect(strategy.calls).toEqual(["list"]);
    expect((await planOnly(strategy, project(...apps))).apps[3]).toMatchObject({ action: "update", drifted: true });
    expect(strategy.calls.filter((call) => call.startsWith("inspect"))).toHaveLength(20);
    expect(strategy.calls.filter((call) => call.startsWith("settingsOf"))).toEqual(["settingsOf app3"]);
  });

  test("a changed number of replicas is detected with one listing", async () => {
    const strategy = fake();
    const web = app("web", { mode: { Replicated: { Replicas: 2 } } });
    await up(strategy, project(web));
    await strategy.scale("web", 5);
    expect((await planOnly(strategy, project(web), { refresh: false })).apps[0]).toMatchObject({
      drifted: true,
      changes: [{ from: "5", to: "2" }],
    });
    expect(strategy.calls).toEqual(["list", "inspect web", "settingsOf web", "preflight web"]);
  });

  test("a service with another hash is inspected", async () => {
    const strategy = fake();
    await up(strategy, project(...apps));
    const desired = project(...apps.slice(1), app("app0", { image: "demo:2" }));
    expect((await planOnly(strategy, desired, { refresh: false })).apps.at(-1)?.changes).toEqual([
      { path: "image", from: "demo:1", to: "demo:2" },
    ]);
    expect(strategy.calls).toEqual(["list", "inspect app0", "settingsOf app0", "preflight app0"]);
  });

  test("resources are listed for the kinds that the file declares, for joined networks, and for all kinds on request", async () => {
    const strategy = fake({ listsSettings: true });
    const desired = { ...project(app("web", { networks: ["own-net"] })), resources: [network("own-net")] };
    await up(strategy, desired);
    expect((await planOnly(strategy, desired, { refresh: false })).resources).toMatchObject([
      { name: "own-net", action: "unchanged" },
    ]);
    expect(strategy.calls).toEqual(["list", "listResources network"]);
    await planOnly(
      strategy,
      { ...project(app("web", { networks: ["own-net"], user: "1:1" })), resources: [network("own-net")] },
      { refresh: false },
    );
    expect(strategy.calls.filter((call) => call.startsWith("listResources"))).toEqual(["listResources network"]);
    const unused = { ...desired, resources: [...desired.resources, network("own-other")] };
    expect((await planOnly(strategy, unused, { refresh: false })).resources[1]).toMatchObject({
      name: "own-other",
      action: "create",
    });
    await planOnly(strategy, desired);
    expect(strategy.calls).toContain("listResources network volume config secret");
  });
});

describe("a service that another release deployed", () => {
  const made = (format: number | undefined, env: string[]) =>
    project({ ...app("web", { env }), ...(format !== undefined && { format }) });
  const earlier = "Deployed by an earlier release of ofdeploy, which set other variables and labels.";

  test.each([
    [undefined, 2, earlier],
    [2, 3, earlier],
    [3, 2, "Deployed by a later release of ofdeploy, which set other variables and labels."],
    [2, 2, undefined],
    [undefined, undefined, undefined],
    [undefined, 1, undefined],
  ])("by rules %j, and by rules %j now: the reason of the changes is %j", async (before, now, reason) => {
    const strategy = fake();
    await up(strategy, made(before, ["A=1"]));
    const [planned] = (await plan(strategy, made(now, ["A=1", "PORT=80"]))).apps;
    expect(planned).toMatchObject({ action: "update", changes: [{ path: "env.PORT" }] });
    expect(planned?.reason).toBe(reason);
  });

  test("is unchanged if its request is equal, and gets the label of the new rules with its next change", async () => {
    const strategy = fake();
    await up(strategy, made(undefined, ["A=1"]));
    expect((await plan(strategy, made(2, ["A=1"]))).hasChanges).toBe(false);
    await up(strategy, made(2, ["A=2"]));
    expect((await plan(strategy, made(2, ["A=3"]))).apps[0]?.reason).toBeUndefined();
  });
});

describe("images and digests", () => {
  const always = project(app("web", { imagePullPolicy: "always" }));
  const digest = (letter: string) => `sha256:${letter.repeat(64)}`;

  test("a newer digest is a change with the pull policy always", async () => {
    const strategy = fake({ listsSettings: true, digests: { "demo:1": digest("a") } });
    await up(strategy, always);
    expect(strategy.engine.services.get("web")?.request.image).toBe(`demo:1@${digest("a")}`);
    expect((await plan(strategy, always)).hasChanges).toBe(false);
    strategy.options.digests = { "demo:1": digest("b") };
    expect((await plan(strategy, always)).apps[0]?.changes).toEqual([
      { path: "image", from: `demo:1@${digest("a")}`, to: `demo:1@${digest("b")}` },
    ]);
  });

  test("a tag matches any digest that it was pinned to", async () => {
    const strategy = fake({ listsSettings: true, digests: { "demo:1": digest("a") } });
    await up(strategy, always);
    expect((await plan(strategy, project(app("web")))).hasChanges).toBe(false);
    const asked = await plan(strategy, project(app("web", { image: `demo:1@${digest("c")}` })));
    expect(asked.apps[0]?.changes.map(({ path }) => path)).toEqual(["image"]);
  });
});

describe("the plan", () => {
  test("contains no values of env, and masks them in changes", async () => {
    const strategy = fake({ listsSettings: true });
    await up(strategy, project(app("web", { env: ["KEY=hunter2"] })));
    const desired = project(app("web", { env: ["KEY=hunter3", "NEW=hunter4"] }));
    const planned = await plan(strategy, desired);
    expect(planned.apps[0]?.changes).toEqual([
      { path: "env.KEY", from: "***", to: "***", masked: true },
      { path: "env.NEW", to: "***", masked: true },
    ]);
    expect(JSON.stringify([planned, await up(strategy, desired)])).not.toContain("hunter");
    const shown = await plan(strategy, project(app("web", { env: ["KEY=hunter5"] })), { showEnv: true });
    expect(shown.apps[0]?.changes[0]).toEqual({ path: "env.KEY", from: "hunter3", to: "hunter5" });
  });

  test("has the reason why a service is replaced", async () => {
    const strategy = memory({
      capabilities: ALL,
      needsReplacement: (_, to) => (to.mode ? "A job can't become a service" : undefined),
    });
    await up(strategy, project(app("web"), app("db")));
    const { apps } = await plan(strategy, project(app("web", { mode: { Global: {} } }), app("db", { user: "1:1" })));
    expect(apps).toMatchObject([{ action: "replace", reason: "A job can't become a service." }, { action: "update" }]);
    expect(apps[1]?.reason).toBeUndefined();
  });

  test("ignores differences in fields that the platform does not support", async () => {
    const strategy = fake({ listsSettings: true });
    await up(strategy, project(app("web")));
    // As the strategies leave out of settings what they don't support.
    strategy.settingsOf = async () => strategy.engine.services.get("web")!.request;
    expect((await plan(strategy, project(app("web", { constraints: ["node.role == worker"] })))).hasChanges).toBe(
      false,
    );
  });

  test("compares the settings of a service without a fingerprint", async () => {
    const strategy = fake({ listsSettings: true });
    await up(strategy, project(app("web")));
    const { [SETTINGS_LABEL]: _, ...labels } = strategy.engine.service("web").request.labels ?? {};
    changeManually(strategy, "web", { labels });
    expect((await planOnly(strategy, project(app("web")))).hasChanges).toBe(false);
    expect(strategy.calls).toContain("settingsOf web");
  });

  test("plan() rejects with INVALID_REQUEST if an app to adopt is not in the file", async () => {
    const error: unknown = await plan(fake(), project(app("web")), { adopt: ["Wbe"] }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: "INVALID_REQUEST", hint: "Known apps: Web." });
  });

  test("has a conflict if a service to adopt would have to be replaced", async () => {
    const strategy = memory({ capabilities: ALL.filter((name) => name !== "update") });
    strategy.engine.put({ name: "web" });
    const { apps } = await plan(strategy, project(app("web")), { adopt: ["Web"] });
    expect(apps[0]).toMatchObject({ action: "conflict", reason: expect.stringContaining("can't be adopted") });
  });

  test("names the current owner of a service to adopt", async () => {
    const strategy = fake();
    await up(strategy, { ...project(app("web")), project: "other" });
    const desired = project(app("web"));
    expect((await plan(strategy, desired)).apps[0]).toMatchObject({ action: "conflict", owner: { project: "other" } });
    expect((await plan(strategy, desired, { adopt: ["Web"] })).apps[0]).toMatchObject({
      action: "adopt",
      reason: "Currently belongs to the project other.",
    });
  });
});

describe("resources", () => {
  test("an existing resource of something else, or with other options, is a conflict", async () => {
    const strategy = fake();
    strategy.engine.resources.create({ kind: "network", name: "own-net", labels: {} });
    const desired = { ...project(app("web")), resources: [network("own-net")] };
    expect((await plan(strategy, desired)).resources).toMatchObject([
      { action: "conflict", reason: expect.stringContaining("does not belong to this project") },
    ]);
    await expect(up(strategy, desired)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("own-net"),
    });

    strategy.engine.resources.remove("network", "own-net");
    await up(strategy, desired);
    const other = { key: "own-net", spec: { kind: "network" as const, name: "own-net", internal: true } };
    expect((await plan(strategy, { ...desired, resources: [other] })).resources).toMatchObject([
      { action: "conflict", reason: expect.stringContaining("options of the network own-net differ") },
    ]);
  });

  test("labels can have names that every object inherits", async () => {
    const strategy = fake();
    const withLabels = (labels: Record<string, string>) => ({
      ...project(app("web")),
      resources: [{ key: "own-net", spec: { kind: "network" as const, name: "own-net", labels } }],
    });
    await up(strategy, withLabels({ constructor: "a" }));
    expect((await plan(strategy, withLabels({ constructor: "a" }))).hasChanges).toBe(false);
    const other = JSON.parse('{"toString": "b"}') as Record<string, string>;
    expect((await plan(strategy, withLabels(other))).resources).toMatchObject([
      { action: "unchanged", reason: expect.stringMatching(/constructor: a => \(none\).*toString: \(none\) => b/) },
    ]);
  });

  test("prune removes volumes only with volumes: true, and never while an app uses them", async () => {
    const strategy = fake();
    const volume = (name: string) => ({ key: name, spec: { kind: "volume" as const, name } });
    const mounts = [{ Type: "volume", Source: "used", Target: "/data" }];
    await up(strategy, { ...project(app("web", { mounts })), resources: [volume("used"), volume("left")] });
    const actions = async (options: object) =>
      (await plan(strategy, project(app("web", { mounts })), options)).resources.map(
        ({ name, action }) => `${name} ${action}`,
      );
    expect(await actions({})).toEqual(["left keep"]);
    expect(await actions({ prune: true })).toEqual(["left keep"]);
    expect(await actions({ prune: true, volumes: true })).toEqual(["left remove"]);
  });

  test("a resource that the platform can't create is a warning, and an error in strict mode", async () => {
    const strategy = fake();
    Object.assign(strategy, { resourceKinds: ["network"] });
    const desired = { ...project(app("web")), resources: [config("conf", "a"), network("own-net")] };
    const planned = await plan(strategy, desired);
    expect(planned.warnings).toMatchObject([
      { code: "RESOURCE_NOT_CREATED", reason: expect.stringContaining("config conf") },
    ]);
    expect(planned.resources.map(({ name }) => name)).toEqual(["own-net"]);
    await expect(plan(strategy, desired, { strict: true })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  test("two resources with one name are rejected", async () => {
    const twice = { ...project(app("web")), resources: [network("own-net"), { ...network("own-net"), key: "twin" }] };
    const error: unknown = await plan(fake(), twice).catch((reason: unknown) => reason);
    expect(DeploymentError.isInstance(error, "INVALID_REQUEST")).toBe(true);
  });

  test("down() removes the project's resources, and volumes only with volumes: true", async () => {
    const strategy = fake();
    const volume = { key: "data", spec: { kind: "volume" as const, name: "data" } };
    const desired = {
      ...project(app("web", { configs: ["conf-a"] })),
      resources: [config("conf", "a"), network("own-net"), volume],
    };
    await up(strategy, desired);
    strategy.engine.resources.create({ kind: "network", name: "foreign", labels: {} });
    const report = await down(strategy, desired);
    expect(report.resources.map(({ name, outcome }) => `${name} ${outcome}`).sort()).toEqual([
      "conf-a removed",
      "own-net removed",
    ]);
    expect(strategy.engine.resources.keys().sort()).toEqual(["network foreign", "volume data"]);
    expect((await down(strategy, desired, { volumes: true })).resources).toMatchObject([
      { name: "data", outcome: "removed" },
    ]);
    expect(strategy.engine.resources.keys()).toEqual(["network foreign"]);
  });
});

test("volumes get ownership labels, which are no difference, and keep the labels of the request", async () => {
  const strategy = fake({ listsSettings: true });
  const mounts = [
    { Type: "volume", Source: "data", Target: "/data", VolumeOptions: { Labels: { tier: "1" } } },
    { Type: "bind", Source: "/etc", Target: "/host" },
  ];
  const desired = project(app("web", { mounts }));
  await up(strategy, desired);
  expect(strategy.engine.services.get("web")?.request.mounts).toMatchObject([
    { VolumeOptions: { Labels: { tier: "1", "org.openfactory.deploy.project": "factory" } } },
    { Type: "bind" },
  ]);
  expect(strategy.engine.services.get("web")?.request.mounts?.[1]).not.toHaveProperty("VolumeOptions");
  expect(mounts[0]?.VolumeOptions?.Labels).toEqual({ tier: "1" });
  expect((await plan(strategy, desired)).hasChanges).toBe(false);
});

describe("a network whose name another orchestrator on the engine uses", () => {
  const desired = { ...project(app("web", { networks: ["own-back"] })), resources: [network("own-back")] };
  const swarms = { kind: "network" as const, name: "own-back", id: "n1", labels: {}, orchestrator: "Docker Swarm" };

  test("plan() reports a conflict, and up() rejects with CONFLICT and changes nothing", async () => {
    const strategy = fake();
    strategy.engine.resources.put({ ...swarms, labels: { "org.openfactory.deploy.project": "factory" } });
    expect((await plan(strategy, desired)).resources).toMatchObject([
      {
        name: "own-back",
        action: "conflict",
        reason: "A network named own-back already exists, and it belongs to Docker Swarm.",
      },
    ]);
    await expect(up(strategy, desired)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("Docker Swarm"),
    });
    expect(changes(strategy)).toEqual([]);
    expect((await plan(strategy, project(app("web")), { prune: true })).resources).toEqual([]);
  });

  test("plan() reports no conflict if the project's own network also has the name", async () => {
    const strategy = fake();
    await up(strategy, desired);
    strategy.engine.resources.put(swarms, "network twin");
    const planned = await plan(strategy, desired);
    expect(planned.hasChanges).toBe(false);
    expect(planned.warnings).toEqual([]);
  });
});

test("plan() reports ports that the declared networks do not publish, and rejects them in strict mode", async () => {
  const manifest = {
    capabilities: ALL,
    limitations: [
      { field: "ports", reason: "No.", whenEveryNetwork: ({ internal }: { internal?: boolean }) => internal === true },
    ],
  };
  const strategy = memory(manifest);
  const inner = network("own-in");
  const desired = {
    ...project(app("web", { networks: ["own-in"], ports: { 8080: 80 } })),
    resources: [{ ...inner, spec: { ...inner.spec, internal: true } }],
  };
  expect((await plan(strategy, desired)).apps[0]?.warnings).toMatchObject([
    { code: "FIELD_NOT_SUPPORTED", field: "ports" },
  ]);
  await expect(plan(strategy, desired, { strict: true })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  expect((await plan(strategy, { ...desired, resources: [inner] })).apps[0]?.warnings).toEqual([]);
});
