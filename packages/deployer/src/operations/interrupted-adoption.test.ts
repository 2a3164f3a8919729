import { DeploymentError, type ListOptions, type RemoveOptions, type ServiceStatus } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { app, newEngine, project, testOptions } from "../../test/fixtures.js";
import { APP_LABEL, DIRECTORY_LABEL, PROJECT_LABEL } from "../model/labels.js";
import { plan } from "../plan/plan.js";
import { planDown } from "../plan/plan-down.js";
import { down } from "./down.js";
import { listProjects } from "./projects.js";
import { ps } from "./ps.js";
import { up } from "./up.js";

const OURS = { [PROJECT_LABEL]: "factory", [APP_LABEL]: "Web" };

/** A platform with the service `web` of someone else, whose adoption by the project `factory` was interrupted. */
class InterruptedAdoption extends MemoryDeploymentStrategy {
  hasVersion = true;
  readonly removals: { name: string; restoreEarlier: boolean | undefined }[] = [];

  constructor(
    readonly versionLabels: Record<string, string> = OURS,
    readonly hasService = true,
    serviceLabels: Record<string, string> = {},
  ) {
    super(testOptions({ capabilities: ["inspect", "list", "wait", "update", "settings"] }), newEngine());
    if (hasService) this.engine.put({ name: "web", labels: serviceLabels });
  }

  #version(): ServiceStatus {
    return {
      name: "web.candidate",
      versionOf: "web",
      ids: ["c1"],
      image: "demo:2",
      state: "running",
      replicas: { running: 1, desired: 1 },
      ports: [],
      labels: this.versionLabels,
      createdAt: "2026-01-01T00:00:00.000Z",
      instances: [],
    };
  }

  override async list(options: ListOptions = {}): Promise<ServiceStatus[]> {
    const listed = await super.list(options);
    if (!this.hasVersion) return listed;
    const version = this.#version();
    if (!this.hasService) return [...listed, version];
    return listed.map((status) =>
      status.name === "web" ? { ...status, unfinished: true as const, unfinishedVersion: version } : status,
    );
  }

  override async remove(name: string, options: RemoveOptions = {}): Promise<void> {
    this.removals.push({ name, restoreEarlier: options.restoreEarlier });
    if (name !== "web.candidate") return super.remove(name, options);
    this.calls.push(`remove ${name}`);
    if (!this.hasVersion) throw new DeploymentError("NOT_FOUND", "There is no such version.");
    this.hasVersion = false;
  }
}

const desired = project(app("web"));

test("down() removes what an interrupted adoption left, and keeps the service", async () => {
  const strategy = new InterruptedAdoption();
  expect((await planDown(strategy, desired)).services).toEqual([
    { service: "web", app: "Web", action: "keep", reason: "Belongs to no ofdeploy project." },
    {
      service: "web.candidate",
      versionOf: "web",
      action: "remove",
      reason: "Left by an interrupted change of service web.",
    },
  ]);
  const report = await down(strategy, desired);
  expect(report.outcome).toBe("ok");
  expect(report.services.map(({ service, outcome }) => `${service} ${outcome}`)).toEqual([
    "web.candidate removed",
    "web foreign",
  ]);
  expect(strategy.hasVersion).toBe(false);
  expect([...strategy.engine.services.keys()]).toEqual(["web"]);
});

test.each([
  ["by its app", desired, { services: ["web"] }],
  ["by the project's name", project(), {}],
  ["of a file that no longer contains the app", project(app("db")), {}],
])("down() removes what an interrupted adoption left, %s", async (_, files, options) => {
  const strategy = new InterruptedAdoption();
  expect(await down(strategy, files, options)).toMatchObject({ outcome: "ok" });
  expect(strategy.hasVersion).toBe(false);
  expect([...strategy.engine.services.keys()]).toEqual(["web"]);
});

test("down() for other apps, and of another project, keeps what an interrupted adoption left", async () => {
  const strategy = new InterruptedAdoption();
  await down(strategy, project(app("web"), app("db")), { services: ["db"] });
  await down(strategy, { ...desired, project: "other" });
  expect(strategy.hasVersion).toBe(true);
});

test("down() removes a service of the project with all its versions at once", async () => {
  const strategy = new InterruptedAdoption({ ...OURS, [DIRECTORY_LABEL]: "/new" }, true, OURS);
  await down(strategy, desired);
  expect(strategy.removals).toEqual([{ name: "web", restoreEarlier: undefined }]);
});

test.each(["down()", "up() with prune"])(
  "%s removes an adopted service whose original is not retired yet, and restores the original",
  async (operation) => {
    const strategy = new InterruptedAdoption({}, true, OURS);
    const planned = await planDown(strategy, desired);
    expect(planned.services).toMatchObject([
      { service: "web", action: "remove", restoresEarlier: true, reason: expect.stringContaining("is restored") },
    ]);
    if (operation === "down()") await down(strategy, desired);
    else await up(strategy, project(app("db")), { prune: true });
    expect(strategy.removals).toEqual([{ name: "web", restoreEarlier: true }]);
  },
);

test("ps() and listProjects() show what an interrupted adoption left", async () => {
  const strategy = new InterruptedAdoption();
  const rows = await ps(strategy, desired);
  expect(rows.map(({ app: key, service, relation }) => `${key} ${service} ${relation}`)).toEqual([
    "Web web foreign",
    "Web web.candidate unfinished",
  ]);
  expect(rows[0]?.status).not.toHaveProperty("unfinishedVersion");
  expect(await ps(strategy, project())).toMatchObject([{ service: "web.candidate", relation: "unfinished" }]);
  expect(await ps(strategy, { ...desired, project: "other" })).toHaveLength(1);
  expect(await listProjects(strategy)).toMatchObject([{ project: "factory", apps: 1, running: 1 }]);
});

test("plan() names the interrupted adoption, and the command that reverts it", async () => {
  const strategy = new InterruptedAdoption();
  const { apps, orphans } = await plan(strategy, desired);
  expect(apps).toMatchObject([
    {
      action: "conflict",
      reason: expect.stringContaining("An adoption by this project was interrupted: `ofdeploy down Web` reverts it."),
    },
  ]);
  expect(orphans).toEqual([]);
  const adopting = await plan(strategy, desired, { adopt: ["Web"] });
  expect(adopting).toMatchObject({ apps: [{ action: "adopt" }], orphans: [] });
});

test("up() without the app reports what an interrupted adoption left, and with prune removes it", async () => {
  const strategy = new InterruptedAdoption();
  const kept = await up(strategy, project(app("db")));
  expect(kept.warnings).toMatchObject([
    { code: "ORPHAN", service: "web.candidate", reason: expect.stringContaining("`ofdeploy down` removes it") },
  ]);
  expect(strategy.hasVersion).toBe(true);
  const pruned = await up(strategy, project(app("db")), { prune: true });
  expect(pruned).toMatchObject({ outcome: "ok", orphans: [{ service: "web.candidate", outcome: "removed" }] });
  expect(strategy.hasVersion).toBe(false);
  expect([...strategy.engine.services.keys()].sort()).toEqual(["db", "web"]);
});

test("up() and down() remove a version whose service no longer exists", async () => {
  const removed = new InterruptedAdoption(OURS, false);
  expect(await down(removed, desired)).toMatchObject({ services: [{ service: "web.candidate", outcome: "removed" }] });
  expect(removed.hasVersion).toBe(false);

  const created = new InterruptedAdoption(OURS, false);
  const report = await up(created, desired);
  expect(report).toMatchObject({ outcome: "ok", orphans: [{ service: "web.candidate", outcome: "removed" }] });
  expect(created.hasVersion).toBe(false);
});
