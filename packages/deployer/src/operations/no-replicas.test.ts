import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { app, project } from "../../test/fixtures.js";
import { ps } from "./ps.js";
import { rollback } from "./rollback.js";
import { scale } from "./scale.js";
import { up } from "./up.js";

const replicas = (count: number, part: object = {}) =>
  project(app("web", { mode: { Replicated: { Replicas: count } }, ...part }));

test("an app with 0 replicas is stopped, not running, in up(), ps(), scale() and rollback()", async () => {
  const strategy = new MemoryDeploymentStrategy();
  expect((await up(strategy, replicas(0))).apps).toMatchObject([
    { outcome: "stopped", status: { state: "stopped", replicas: { running: 0, desired: 0 } } },
  ]);
  expect(await ps(strategy, replicas(0))).toMatchObject([{ status: { state: "stopped" } }]);
  expect((await up(strategy, replicas(1))).apps).toMatchObject([{ outcome: "updated" }]);
  expect((await rollback(strategy, replicas(1))).apps).toMatchObject([{ outcome: "stopped" }]);
  expect(await scale(strategy, replicas(0), "Web", 2)).toMatchObject({ outcome: "running" });
  expect(await scale(strategy, replicas(0), "Web", 0)).toMatchObject({
    outcome: "stopped",
    status: { state: "stopped" },
  });
});
