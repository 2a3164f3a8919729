import { type AssetEvent, type AssetListener, DeploymentError } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import { ALL, app, fail, memory, project } from "../../test/fixtures.js";
import { PROJECT_LABEL } from "../model/labels.js";
import type { DesiredApp, DesiredProject } from "../model/project.js";
import { down } from "./down.js";
import { rollback } from "./rollback.js";
import { scale } from "./scale.js";
import { up } from "./up.js";

/** A listener that notes each event as `change uuid`. */
const recorder = () => {
  const events: AssetEvent[] = [];
  const listener: AssetListener = { name: "recorder", onAsset: (event) => void events.push(event) };
  const take = (): string[] => events.splice(0).map(({ change, asset }) => `${change} ${asset.uuid}`);
  return { events, listener, take };
};

const web = (request: object = {}): DesiredApp =>
  app("web", {
    env: ["APP_UUID=WEB"],
    labels: { "openfactory.uns.area": "north", "openfactory.metrics.port": "9100" },
    ...request,
  });

const deviceKey = {
  key: "press",
  uuid: "Press-1",
  references: { agent: { uuid: "PRESS-1-AGENT", service: "press-1-agent" } },
};
const part = (role: string, request: object = {}): DesiredApp => ({
  ...app(`press-1-${role}`, { labels: { "openfactory.uns.area": "north" }, ...request }),
  key: `press-${role}`,
  device: deviceKey,
});
const press = (request: object = {}): DesiredApp[] => [part("adapter"), part("agent", request), part("producer")];

const opcua: DesiredProject["devices"] = [
  { key: "oven", uuid: "OVEN", connector: "opcua", uns: { area: "south" }, services: [] },
];

const run = (capabilities = ALL) => {
  const strategy = memory({ capabilities });
  const { events, listener, take } = recorder();
  return { strategy, events, take, options: { listeners: [listener] } };
};

describe("asset events of up", () => {
  test("an app is created, changed and removed, and an unchanged app produces no event", async () => {
    const { strategy, events, take, options } = run();
    await up(strategy, project(web(), app("db")), options);
    expect(events[0]).toMatchObject({
      change: "created",
      project: "factory",
      platform: "memory",
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      asset: {
        uuid: "WEB",
        kind: "app",
        name: "Web",
        services: ["web"],
        uns: { area: "north" },
        metrics: { port: "9100", path: "/metrics" },
      },
    });
    expect(take()).toEqual(["created WEB", "created db"]);
    await up(strategy, project(web(), app("db")), options);
    expect(take()).toEqual([]);
    await up(strategy, project(web({ image: "demo:2" })), { ...options, prune: true });
    expect(take()).toEqual(["removed db", "changed WEB"]);
  });

  test("each of several replicas is an asset, named by its slot", async () => {
    const { strategy, take, options } = run();
    await up(strategy, project(web({ mode: { Replicated: { Replicas: 2 } } })), options);
    expect(take()).toEqual(["created WEB-1", "created WEB-2"]);
    await up(strategy, project(web()), options);
    expect(take()).toEqual(["removed WEB-1", "removed WEB-2", "created WEB"]);
  });

  test("the services of a device are one asset, which is changed when one of them is", async () => {
    const { strategy, events, take, options } = run();
    await up(strategy, project(...press()), options);
    expect(events).toMatchObject([
      {
        change: "created",
        asset: {
          uuid: "Press-1",
          kind: "device",
          name: "press",
          services: ["press-1-adapter", "press-1-agent", "press-1-producer"],
          uns: { area: "north" },
          references: deviceKey.references,
        },
      },
    ]);
    take();
    await up(strategy, project(...press({ image: "demo:2" })), options);
    expect(take()).toEqual(["changed Press-1"]);
    // Without its adapter it is still there.
    await up(strategy, project(...press({ image: "demo:2" }).slice(1)), { ...options, prune: true });
    expect(take()).toEqual(["changed Press-1"]);
    await up(strategy, project(app("db")), { ...options, prune: true });
    expect(take()).toEqual(["removed Press-1", "created db"]);
  });

  test("a run that is reverted produces no event", async () => {
    const { strategy, take, options } = run();
    fail(strategy, "db", { wait: new DeploymentError("TASK_FAILED", "db ended.") });
    const report = await up(strategy, project(web(), app("db")), options);
    expect(report.outcome).toBe("failed");
    expect(take()).toEqual([]);
  });

  test("a run whose failures are kept reports what is deployed", async () => {
    const { strategy, take, options } = run();
    fail(strategy, "db", { deploy: new DeploymentError("ENGINE_ERROR", "No db.") });
    await up(strategy, project(web(), app("db")), { ...options, keepFailed: true });
    expect(take()).toEqual(["created WEB"]);
  });

  test("a device without services is declared on every up that succeeds, and removed by down", async () => {
    const { strategy, events, take, options } = run();
    const desired = { ...project(web()), devices: opcua };
    await up(strategy, desired, options);
    expect(events.at(-1)).toMatchObject({
      change: "declared",
      asset: { uuid: "OVEN", services: [], uns: { area: "south" } },
    });
    expect(take()).toEqual(["created WEB", "declared OVEN"]);
    await up(strategy, desired, options);
    expect(take()).toEqual(["declared OVEN"]);
    fail(strategy, "web", { wait: new DeploymentError("TASK_FAILED", "web ended.") });
    await up(strategy, { ...desired, apps: [web({ image: "demo:2" })] }, options);
    expect(take()).toEqual([]);
    await down(strategy, desired, options);
    expect(take()).toEqual(["removed WEB", "removed OVEN"]);
  });

  test("a service of an earlier release without a UUID label keeps its identity", async () => {
    const { strategy, take, options } = run();
    strategy.engine.put({ name: "web", labels: { [PROJECT_LABEL]: "factory" } });
    await up(strategy, project(web()), options);
    expect(take()).toEqual(["changed WEB"]);
  });
});

test("down() by the project's name alone reads UUIDs and levels from labels", async () => {
  const { strategy, events, take, options } = run();
  await up(strategy, project(web(), ...press()), options);
  take();
  await down(strategy, project(), options);
  const byUuid = Object.fromEntries(events.map(({ change, asset }) => [`${change} ${asset.uuid}`, asset]));
  expect(byUuid["removed WEB"]).toMatchObject({ name: "Web", uns: { area: "north" }, metrics: { port: "9100" } });
  expect(byUuid["removed Press-1"]).toMatchObject({
    name: "press",
    services: { length: 3 },
    references: deviceKey.references,
  });
});

test("down() reports a device as changed if one of its services can't be removed", async () => {
  const { strategy, take, options } = run();
  await up(strategy, project(...press()), options);
  take();
  fail(strategy, "press-1-agent", { remove: new DeploymentError("TIMEOUT", "It does not go.") });
  await down(strategy, project(), options);
  expect(take()).toEqual(["changed Press-1"]);
});

test("scale() removes and creates the assets of replicas", async () => {
  const { strategy, take, options } = run();
  await up(strategy, project(web()), options);
  take();
  await scale(strategy, project(web()), "Web", 3, options);
  expect(take()).toEqual(["removed WEB", "created WEB-1", "created WEB-2", "created WEB-3"]);
  await scale(strategy, project(web()), "Web", 2, options);
  expect(take()).toEqual(["removed WEB-3", "changed WEB-1", "changed WEB-2"]);
  await scale(strategy, project(web()), "Web", 2, options);
  expect(take()).toEqual([]);
});

test("rollback() reports the assets that were rolled back", async () => {
  const { strategy, events, take, options } = run();
  await up(strategy, project(web(), app("db")), options);
  await up(strategy, project(web({ image: "demo:2", labels: {} }), app("db")), options);
  take();
  await rollback(strategy, project(), options);
  expect(events[0]?.asset.uns).toEqual({ area: "north" });
  expect(take()).toEqual(["changed WEB"]);
});

describe("listeners", () => {
  const broken: AssetListener = {
    name: "broken",
    onAsset: ({ asset }) => {
      if (asset.uuid === "db") throw new Error("no broker\nat kafka.js");
    },
  };

  test("one that throws causes one warning, receives the other events, and fails no run", async () => {
    const { strategy, options, take } = run();
    const report = await up(strategy, project(app("db"), web()), { listeners: [broken, ...options.listeners] });
    expect(report).toMatchObject({
      outcome: "ok",
      warnings: [
        { code: "LISTENER_FAILED", reason: "The asset listener broken failed for 1 asset of 2 (db: no broker)." },
      ],
    });
    expect(take()).toEqual(["created db", "created WEB"]);
  });

  test("one that hangs receives no further events after its time limit", async () => {
    const { strategy, options, take } = run();
    let calls = 0;
    const hanging: AssetListener = { name: "hanging", onAsset: () => new Promise(() => void (calls += 1)) };
    const report = await up(strategy, project(app("db"), web()), {
      listeners: [hanging, ...options.listeners],
      listenerTimeoutMs: 50,
    });
    expect(report).toMatchObject({
      outcome: "ok",
      warnings: [
        {
          code: "LISTENER_FAILED",
          reason: "The asset listener hanging did not answer within 0.05 s for db: 2 assets of 2 not delivered.",
        },
      ],
    });
    expect([calls, take()]).toEqual([1, ["created db", "created WEB"]]);
  });

  test("each receives one event at a time, in order", async () => {
    const { strategy } = run();
    const seen: string[] = [];
    const slow: AssetListener = {
      name: "slow",
      onAsset: async ({ asset }) => {
        seen.push(`begin ${asset.uuid}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(`end ${asset.uuid}`);
      },
    };
    await up(strategy, project(web(), app("db")), { listeners: [slow] });
    expect(seen).toEqual(["begin WEB", "end WEB", "begin db", "end db"]);
  });
});
