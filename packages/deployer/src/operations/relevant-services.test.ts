import type { CapabilityName, ListOptions } from "@openfactory/deploy-core";
import type { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { ALL, app, memory, project } from "../../test/fixtures.js";
import { down } from "./down.js";
import { exec } from "./exec.js";
import { changeProcesses } from "./processes.js";
import { listProjects } from "./projects.js";
import { ps } from "./ps.js";
import { refreshAuth } from "./refresh-auth.js";
import { rollback } from "./rollback.js";
import { scale } from "./scale.js";
import { up } from "./up.js";

const CAPABILITIES: readonly CapabilityName[] = [...ALL, "restart", "stop", "exec", "refreshAuth"];
/** Without apps, so that services are found by their labels. */
const empty = project();

const OPERATIONS: Readonly<Record<string, (strategy: MemoryDeploymentStrategy) => Promise<unknown>>> = {
  "ps()": (strategy) => ps(strategy, empty),
  "rollback()": (strategy) => rollback(strategy, empty),
  "restart()": (strategy) => changeProcesses(strategy, empty, "restart"),
  "refreshAuth()": (strategy) => refreshAuth(strategy, empty),
  "scale()": (strategy) => scale(strategy, empty, "Web", 2),
  "exec()": (strategy) => exec(strategy, empty, "Web", ["true"]),
  "listProjects()": (strategy) => listProjects(strategy),
  "down()": (strategy) => down(strategy, empty),
};

test.each(Object.entries(OPERATIONS))("%s requests no details of services of others", async (_, operation) => {
  const strategy = memory({ capabilities: CAPABILITIES });
  await up(strategy, project(app("web")));
  await up(strategy, project(app("web", { image: "demo:2" })));
  await strategy.deploy({ name: "foreign", image: "demo:1" });
  const requested: ListOptions[] = [];
  const list = strategy.list.bind(strategy);
  strategy.list = (options = {}) => {
    requested.push(options);
    return list(options);
  };
  await operation(strategy);
  expect(requested).not.toEqual([]);
  const services = await list();
  for (const { isRelevant = () => true } of requested) {
    expect(services.filter(isRelevant).map(({ name }) => name)).toEqual(
      services.some(({ name }) => name === "web") ? ["web"] : [],
    );
  }
});
