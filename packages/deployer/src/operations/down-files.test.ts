import type { AuthRefresh, CanRefreshAuth } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { describe, expect, test } from "vitest";
import {
  ALL,
  app,
  changes,
  config,
  fileOf,
  memory,
  network,
  newEngine,
  project,
  testOptions,
} from "../../test/fixtures.js";
import { FILE_LABEL, PLATFORM_LABEL } from "../model/labels.js";
import type { DesiredProject } from "../model/project.js";
import { planDown } from "../plan/plan-down.js";
import { plan } from "../plan/plan.js";
import { down, type DownOptions } from "./down.js";
import { ps } from "./ps.js";
import { refreshAuth } from "./refresh-auth.js";
import { rollback } from "./rollback.js";
import { scale } from "./scale.js";
import { up } from "./up.js";

/** Renews credentials without any effect. */
class WithCredentials extends MemoryDeploymentStrategy implements CanRefreshAuth {
  async refreshAuth(name: string): Promise<AuthRefresh> {
    return { name, renewed: true, warnings: [] };
  }
}

const fake = () => new WithCredentials(testOptions({ capabilities: [...ALL, "refreshAuth"] }), newEngine());
const names = (strategy: MemoryDeploymentStrategy) => [...strategy.engine.services.keys()].sort();
const networks = (strategy: MemoryDeploymentStrategy) =>
  strategy.engine.resources
    .list({})
    .map(({ name }) => name)
    .sort();
const take = (strategy: MemoryDeploymentStrategy, file: DesiredProject, options: DownOptions = {}) =>
  down(strategy, file, options);

const back = network("own-back");
const joins = { networks: ["own-back"] };
const a = fileOf("app_a.yml", [app("web", joins), app("db")], { resources: [back] });
const b = fileOf("app_b.yml", [app("api", joins)], { resources: [back] });
const shared = [
  ["a creates it and goes first", [a, b], a, b],
  ["a creates it and goes last", [a, b], b, a],
  ["b creates it and goes first", [b, a], b, a],
  ["b creates it and goes last", [b, a], a, b],
] as const;

describe("two files of one project", () => {
  test("down() of one file removes nothing of the other, and reports that in one warning", async () => {
    const strategy = fake();
    await up(strategy, a);
    await up(strategy, b);
    const report = await down(strategy, a);
    expect(names(strategy)).toEqual(["api"]);
    expect(report.services.map(({ service, outcome }) => `${service} ${outcome}`).sort()).toEqual([
      "db removed",
      "web removed",
    ]);
    expect(report.warnings).toEqual([
      { code: "OTHER_FILES", reason: "1 service of this project belongs to app_b.yml and was not changed." },
    ]);
  });

  test("up() with prune removes orphans of its own file, and of no other", async () => {
    const strategy = fake();
    await up(strategy, a);
    await up(strategy, b);
    const smaller = fileOf("app_a.yml", [app("web", joins)], { resources: [back] });
    const planned = await plan(strategy, smaller, { prune: true });
    expect(planned.orphans).toMatchObject([{ service: "db", action: "remove" }]);
    expect(planned.others).toMatchObject([{ service: "api", ownership: "other-file", owner: { file: "app_b.yml" } }]);
    expect(planned.warnings.map(({ code }) => code)).toEqual(["OTHER_FILES", "SHARED_RESOURCES"]);
    await up(strategy, smaller, { prune: true });
    expect(names(strategy)).toEqual(["api", "web"]);
  });

  test("up() of both files at once owns the services of both", async () => {
    const strategy = fake();
    await up(strategy, a);
    await up(strategy, b);
    const both = { ...a, files: ["app_a.yml", "app_b.yml"], apps: [...a.apps, ...b.apps] };
    expect((await plan(strategy, both)).hasChanges).toBe(false);
    await down(strategy, both);
    expect([...names(strategy), ...networks(strategy)]).toEqual([]);
  });

  test.each(shared)("a network that both declare is removed with its last user: %s", async (_, order, first, last) => {
    const strategy = fake();
    for (const file of order) expect((await up(strategy, file)).outcome).toBe("ok");
    const report = await take(strategy, first);
    expect(report.resources).toMatchObject([
      { name: "own-back", outcome: "kept", reason: expect.stringMatching(/^Used by (Web|Api) \(app_[ab]\.yml\)\.$/) },
    ]);
    expect(networks(strategy)).toEqual(["own-back"]);
    expect((await take(strategy, last)).resources).toMatchObject([{ name: "own-back", outcome: "removed" }]);
    expect(networks(strategy)).toEqual([]);
  });

  test("a network of another file stays while that file has services, even if none uses it", async () => {
    const strategy = fake();
    await up(strategy, a);
    await up(strategy, b);
    await up(strategy, fileOf("app_a.yml", [app("web"), app("db")]));
    expect((await planDown(strategy, b)).resources).toMatchObject([
      { reason: "Needed for a rollback of Web (app_a.yml)." },
    ]);
    delete strategy.engine.service("web").previous;
    const planned = await planDown(strategy, b);
    expect(planned.resources).toEqual([
      { kind: "network", name: "own-back", action: "keep", owner: "app_a.yml", reason: "Belongs to app_a.yml." },
    ]);
  });

  test("down() of the whole project removes everything, and planDown() lists it with its owners first", async () => {
    const strategy = fake();
    await up(strategy, a);
    await up(strategy, b);
    const planned = await planDown(strategy, project());
    expect(planned.services.map(({ service, action, owner }) => `${service} ${action} ${owner}`).sort()).toEqual([
      "api remove app_b.yml",
      "db remove app_a.yml",
      "web remove app_a.yml",
    ]);
    await down(strategy, project(), { confirmed: planned });
    expect([...names(strategy), ...networks(strategy)]).toEqual([]);
  });

  test("down() rejects with CONFLICT if there is more to remove than was confirmed", async () => {
    const strategy = fake();
    await up(strategy, a);
    const planned = await planDown(strategy, project());
    await up(strategy, b);
    await expect(down(strategy, project(), { confirmed: planned })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("service api"),
    });
    expect(names(strategy)).toEqual(["api", "db", "web"]);
    strategy.engine.services.delete("db");
    strategy.engine.services.delete("api");
    expect((await down(strategy, project(), { confirmed: planned })).outcome).toBe("ok");
  });

  test("planDown() changes nothing, and lists the volumes that are kept", async () => {
    const strategy = fake();
    await up(strategy, a);
    strategy.engine.resources.create({
      kind: "volume",
      name: "data",
      labels: { ...strategy.engine.services.get("web")?.request.labels },
    });
    strategy.calls.length = 0;
    expect((await planDown(strategy, a)).resources).toContainEqual(
      expect.objectContaining({
        kind: "volume",
        name: "data",
        action: "keep",
        reason: "May contain data. Pass --volumes to remove.",
      }),
    );
    expect((await planDown(strategy, a, { volumes: true })).resources).toContainEqual(
      expect.objectContaining({ name: "data", action: "remove" }),
    );
    expect(changes(strategy)).toEqual([]);
  });

  test("planDown() keeps a volume that another platform of the engine created, even with volumes: true", async () => {
    const strategy = fake();
    await up(strategy, a);
    const labels = { ...strategy.engine.services.get("web")?.request.labels, [PLATFORM_LABEL]: "other" };
    strategy.engine.resources.create({ kind: "volume", name: "data", labels });
    const reason = "Created on the platform other. Pass --platform other to remove.";
    for (const desired of [a, project()]) {
      expect((await planDown(strategy, desired, { volumes: true })).resources).toContainEqual(
        expect.objectContaining({ name: "data", action: "keep", reason }),
      );
    }
  });

  test("a volume of another file is never removed by down() of this one", async () => {
    const strategy = fake();
    const mounts = [{ Type: "volume" as const, Target: "/data", Source: "data" }];
    await up(strategy, fileOf("app_a.yml", [app("web", { mounts })]));
    await up(strategy, fileOf("app_b.yml", [app("api", { mounts })]));
    strategy.engine.resources.create({
      kind: "volume",
      name: "data",
      labels: { ...strategy.engine.services.get("web")?.request.labels },
    });
    const first = await planDown(strategy, fileOf("app_a.yml", [app("web", { mounts })]), { volumes: true });
    expect(first.resources).toMatchObject([{ name: "data", action: "keep", reason: "Used by Api (app_b.yml)." }]);
    const other = await planDown(strategy, fileOf("app_b.yml", [app("api", { mounts })]), { volumes: true });
    expect(other.resources).toMatchObject([{ name: "data", action: "keep", reason: "Used by Web (app_a.yml)." }]);
  });
});

describe("an app whose service another file owns", () => {
  const moved = fileOf("app_b.yml", [app("web"), app("api")]);

  test("is a conflict that names the file, and takeOwnership moves it", async () => {
    const strategy = fake();
    await up(strategy, fileOf("app_a.yml", [app("web"), app("db")]));
    const planned = await plan(strategy, moved);
    expect(planned.apps[0]).toMatchObject({ action: "conflict", owner: { file: "app_a.yml" } });
    const error: unknown = await up(strategy, moved).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: "CONFLICT",
      message: "Web: service web of this project belongs to app_a.yml. Nothing was changed.",
      hint: expect.stringContaining("--take-ownership"),
    });
    const taken = await plan(strategy, moved, { takeOwnership: true });
    expect(taken.apps[0]).toMatchObject({
      action: "update",
      changes: [{ path: `labels.${FILE_LABEL}`, from: "app_a.yml", to: "app_b.yml" }],
      reason: expect.stringContaining("The owner changes"),
    });
    await up(strategy, moved, { takeOwnership: true });
    expect(strategy.engine.services.get("web")?.request.labels?.[FILE_LABEL]).toBe("app_b.yml");
    expect(strategy.engine.services.get("db")?.request.labels?.[FILE_LABEL]).toBe("app_a.yml");
    expect((await plan(strategy, moved)).hasChanges).toBe(false);
  });

  test("is not changed by scale, rollback, refreshAuth, down or ps", async () => {
    const strategy = fake();
    const mine = fileOf("app_a.yml", [app("web"), app("db")]);
    await up(strategy, mine);
    await up(strategy, fileOf("app_a.yml", [app("web", { image: "demo:2" }), app("db")]));
    strategy.calls.length = 0;
    await expect(scale(strategy, moved, "Web", 3)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("app_a.yml"),
    });
    await expect(rollback(strategy, moved, { apps: ["Web"] })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await rollback(strategy, moved)).apps).toEqual([]);
    expect((await refreshAuth(strategy, moved)).services).toMatchObject([
      { service: "web", outcome: "foreign", reason: "Belongs to app_a.yml." },
    ]);
    expect((await down(strategy, moved)).services).toMatchObject([
      { service: "web", outcome: "foreign", reason: "Belongs to app_a.yml." },
    ]);
    expect(
      (await ps(strategy, moved)).map(({ service, relation, owner }) => `${service} ${relation} ${owner}`),
    ).toEqual(["web other-file app_a.yml", "api absent undefined", "db other-file app_a.yml"]);
    expect(changes(strategy)).toEqual([]);
  });

  test("moves between two files of one run without takeOwnership", async () => {
    const strategy = fake();
    await up(strategy, fileOf("app_a.yml", [app("web")]));
    const both = { ...moved, files: ["app_a.yml", "app_b.yml"] };
    expect((await plan(strategy, both)).apps[0]).toMatchObject({
      action: "update",
      reason: expect.stringContaining("owner changes"),
    });
    await up(strategy, both);
    expect(strategy.engine.services.get("web")?.request.labels?.[FILE_LABEL]).toBe("app_b.yml");
  });
});

test("a renamed file takes ownership of its apps, and the other services of the old file are reported", async () => {
  const strategy = fake();
  await up(strategy, fileOf("old.yml", [app("web", joins), app("gone")], { resources: [back] }));
  const renamed = fileOf("new.yml", [app("web", joins)], { resources: [back] });
  await expect(up(strategy, renamed)).rejects.toMatchObject({ code: "CONFLICT" });
  const report = await up(strategy, renamed, { takeOwnership: true, prune: true });
  expect(report.outcome).toBe("ok");
  expect(report.warnings).toContainEqual({
    code: "OTHER_FILES",
    reason: "1 service of this project belongs to old.yml and was not changed.",
  });
  expect(names(strategy)).toEqual(["gone", "web"]);
  strategy.engine.services.delete("gone");
  await down(strategy, renamed);
  expect([...names(strategy), ...networks(strategy)]).toEqual([]);
});

test("a service that moves to another file keeps the labels of its volumes, so that no process changes", async () => {
  const strategy = memory({ capabilities: ALL, relabelsInPlace: true }, { listsSettings: true });
  const mounts = [{ Type: "volume" as const, Target: "/data", Source: "data" }];
  const labelsOfVolume = () => strategy.engine.services.get("web")?.request.mounts?.[0]?.VolumeOptions?.Labels;
  await up(strategy, fileOf("old.yml", [app("web", { mounts })], { directory: "/srv/old" }));
  const before = labelsOfVolume();
  expect(before).toMatchObject({ [FILE_LABEL]: "old.yml" });
  const moved = fileOf("new.yml", [app("web", { mounts })], { directory: "/srv/new" });
  expect((await plan(strategy, moved, { takeOwnership: true })).apps).toMatchObject([
    { action: "update", reason: "The owner changes; no container restarts." },
  ]);
  await up(strategy, moved, { takeOwnership: true });
  expect(labelsOfVolume()).toEqual(before);
  expect((await plan(strategy, moved)).hasChanges).toBe(false);
});

test("two directories with the same name and file name are two owners", async () => {
  const strategy = fake();
  const opcua = fileOf("app.yml", [app("web")], { directory: "/srv/opcua/coordinator" });
  const shdr = fileOf("app.yml", [app("api")], { directory: "/srv/shdr/coordinator" });
  await up(strategy, opcua);
  const report = await up(strategy, shdr, { prune: true });
  expect(report.orphans).toEqual([]);
  expect(report.warnings).toEqual([
    {
      code: "OTHER_FILES",
      reason: "1 service of this project belongs to app.yml in /srv/opcua/coordinator and was not changed.",
    },
  ]);
  expect((await plan(strategy, { ...shdr, apps: opcua.apps })).apps).toMatchObject([{ action: "conflict" }]);
  await down(strategy, { ...shdr, files: undefined });
  expect(names(strategy)).toEqual(["web"]);
  await down(strategy, project());
  expect(names(strategy)).toEqual([]);
});

test("a service without a file label belongs to the file that contains it, and is otherwise reported", async () => {
  const strategy = fake();
  await up(strategy, project(app("web"), app("db"), app("gone")));
  const mine = fileOf("app_a.yml", [app("web")]);
  expect((await plan(strategy, mine, { prune: true })).orphans).toEqual([]);
  const report = await down(strategy, mine);
  expect(report.warnings).toEqual([
    { code: "OTHER_FILES", reason: "2 services of this project belong to no recorded file and were not changed." },
  ]);
  expect(names(strategy)).toEqual(["db", "gone"]);
});

test("down() removes resources with replaced content with their file", async () => {
  const strategy = fake();
  const withConfig = (text: string) =>
    fileOf("app_a.yml", [app("web", { configs: [{ name: `conf-${text}`, target: "/conf" }] })], {
      resources: [config("conf", text)],
    });
  await up(strategy, withConfig("x"));
  await up(strategy, withConfig("y"));
  await down(strategy, withConfig("y"));
  expect(networks(strategy)).toEqual([]);
});
