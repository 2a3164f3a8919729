import { DeploymentError } from "@openfactory/deploy-core";
import { expect, test } from "vitest";
import { ALL, app, changeManually, memory, project } from "../../test/fixtures.js";
import { ps } from "./ps.js";
import { up } from "./up.js";

test("ps() joins the apps of the file with the observed services", async () => {
  const strategy = memory();
  await up(strategy, project(app("web"), app("db"), app("gone")));
  strategy.engine.put({ name: "ui" });
  const rows = await ps(strategy, project(app("web"), app("db", { image: "demo:2" }), app("ui"), app("new")));
  expect(rows.map(({ app: name, relation }) => `${name} ${relation}`)).toEqual([
    "Web current",
    "Db changed",
    "Ui foreign",
    "New absent",
    "Gone orphan",
  ]);
});

test("ps() keeps the settings of a listing only of apps that differ from the file", async () => {
  const strategy = memory({ capabilities: ALL }, { listsSettings: true });
  await up(strategy, project(app("web"), app("db"), app("manual")));
  changeManually(strategy, "manual", { user: "1:1" });
  strategy.engine.put({ name: "ui" });
  const list = strategy.list.bind(strategy);
  const kept: string[] = [];
  strategy.list = async (options = {}) => {
    const listed = await list(options);
    kept.push(...listed.filter(options.isRelevant ?? (() => true)).map(({ name }) => name));
    return listed.map((status) => (kept.includes(status.name) ? status : { ...status, settings: undefined }));
  };
  const rows = await ps(strategy, project(app("web"), app("db", { image: "demo:2" }), app("manual"), app("ui")));
  expect(kept).toEqual(["db", "manual"]);
  expect(rows.map(({ app: name, relation }) => `${name} ${relation}`)).toEqual([
    "Web current",
    "Db changed",
    "Manual changed",
    "Ui foreign",
  ]);
});

test("ps() lists the project's services by its name alone", async () => {
  const strategy = memory();
  await up(strategy, project(app("web")));
  strategy.engine.put({ name: "ui" });
  expect(await ps(strategy, project())).toMatchObject([{ app: "Web", service: "web", relation: "current" }]);
});

test("ps() rejects with UNSUPPORTED if the strategy can neither list nor inspect", async () => {
  const error: unknown = await ps(memory({ capabilities: [] }), project()).catch((reason: unknown) => reason);
  expect(DeploymentError.isInstance(error, "UNSUPPORTED")).toBe(true);
});
