import { describe, expect, test } from "vitest";
import { ALL, app, config, fileOf, memory, network } from "../../test/fixtures.js";
import { selectApps } from "../model/selection.js";
import { planDown } from "../plan/plan-down.js";
import { plan } from "../plan/plan.js";
import { down } from "./down.js";
import { up } from "./up.js";

const back = network("own-back");
const front = network("own-front");
const needs = (service: string) => ({ service, condition: "service_started" as const });
const file = fileOf(
  "app.yml",
  [
    app("db", { networks: ["own-back"] }),
    app("web", { networks: ["own-back", "own-front"], dependsOn: [needs("db")] }),
    app("ui", { networks: ["own-front"], dependsOn: [needs("web")] }),
    app("other"),
  ],
  { resources: [back, front] },
);
const all = () => memory({ capabilities: ALL });
const services = (strategy: ReturnType<typeof memory>) => [...strategy.engine.services.keys()].sort();

describe("selectApps()", () => {
  test("includes dependencies of any depth in the order of the file, and the resources that they use", () => {
    const { apps, resources, unselected } = selectApps(file, ["Ui"]);
    expect(apps.map(({ key }) => key)).toEqual(["Db", "Web", "Ui"]);
    expect(resources?.map(({ key }) => key)).toEqual([back.key, front.key]);
    expect(unselected).toMatchObject({ apps: [{ key: "Other" }], resources: [] });
  });

  test("leaves out dependencies on request, so that the apps don't wait for them", () => {
    const { apps, resources } = selectApps(file, ["Ui"], { dependencies: false });
    expect(apps).toMatchObject([{ key: "Ui", dependsOn: [] }]);
    expect(resources?.map(({ key }) => key)).toEqual([front.key]);
  });
});

describe("a run for some apps", () => {
  test("up() creates the selected apps and their resources only, and later no other app is an orphan", async () => {
    const strategy = all();
    const report = await up(strategy, selectApps(file, ["Db"]));
    expect(services(strategy)).toEqual(["db"]);
    expect(report.resources).toMatchObject([{ name: "own-back", outcome: "created" }]);
    await up(strategy, file);
    const planned = await plan(strategy, selectApps(file, ["Db"]), { prune: true });
    expect(planned).toMatchObject({ orphans: [], others: [], warnings: [], hasChanges: false });
    expect(planned.resources.map(({ name }) => name)).toEqual(["own-back"]);
  });

  test("up() keeps the former config of another app", async () => {
    const strategy = all();
    const version = (text: string) => {
      const conf = config("conf", text);
      const web = app("web", { configs: [{ name: conf.spec.name, target: "/etc/app.conf" }] });
      return fileOf("app.yml", [app("db"), web], { resources: [conf] });
    };
    await up(strategy, version("1"));
    await up(strategy, selectApps(version("2"), ["Db"]));
    expect(strategy.engine.resources.list({}).map(({ name }) => name)).toEqual(["conf-1"]);
  });
});

describe("down() of some services", () => {
  test("removes them and the resources that only they use, and warns of dependents that still run", async () => {
    const strategy = all();
    await up(strategy, file);
    const report = await down(strategy, file, { services: ["db", "other"] });
    expect(services(strategy)).toEqual(["ui", "web"]);
    expect(report.warnings).toMatchObject([
      {
        code: "DEPENDENTS_RUN",
        service: "web",
        reason: expect.stringContaining("App Web depends on Db and still runs."),
      },
    ]);
    expect(report.resources).toMatchObject([{ name: "own-back", outcome: "kept" }]);
    const last = await down(strategy, file, { services: ["web", "ui"] });
    expect(last.warnings).toEqual([]);
    expect(strategy.engine.resources.list({})).toEqual([]);
  });

  test("removes nothing if one of them belongs to another file", async () => {
    const strategy = all();
    await up(strategy, file);
    const other = fileOf("app_b.yml", [app("db")]);
    await expect(down(strategy, other, { services: ["db"] })).rejects.toMatchObject({
      code: "CONFLICT",
      message: "Service db can't be removed. Belongs to app.yml. Nothing was removed.",
    });
    expect(services(strategy)).toContain("db");
    expect((await planDown(strategy, other, { services: ["db"] })).services).toMatchObject([{ action: "keep" }]);
  });
});
