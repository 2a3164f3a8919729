import { DeploymentError } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { app, project } from "../../test/fixtures.js";
import { plan } from "../plan/plan.js";
import { down } from "./down.js";
import { rollback } from "./rollback.js";
import { scale } from "./scale.js";
import { up } from "./up.js";

const stack = { "com.docker.stack.namespace": "shop", "com.docker.stack.image": "demo:0" };

test("a service of a stack is never changed, adopted or removed by the name of an app", async () => {
  const strategy = new MemoryDeploymentStrategy();
  await strategy.deploy({ name: "web", image: "demo:0", labels: stack, mode: { Replicated: { Replicas: 2 } } });
  await strategy.deploy({ name: "shop_db", image: "demo:0", labels: stack });
  const before = await strategy.list();
  const desired = project(app("web"));

  expect((await plan(strategy, desired)).apps).toMatchObject([{ action: "conflict" }]);
  const refused = async (work: Promise<unknown>): Promise<void> => {
    const error: unknown = await work.catch((reason: unknown) => reason);
    expect(DeploymentError.isInstance(error, "CONFLICT"), String(error)).toBe(true);
  };
  await refused(up(strategy, desired));
  await refused(up(strategy, desired, { prune: true }));
  await refused(scale(strategy, desired, "Web", 5));
  const { services } = await down(strategy, desired);
  expect(services).toMatchObject([{ service: "web", outcome: "foreign" }]);
  await down(strategy, project());
  await up(strategy, project(app("other")), { prune: true });
  const reports = await rollback(strategy, desired, { apps: ["Web"] }).catch((reason: unknown) => reason);
  expect(reports).toMatchObject({ code: expect.stringMatching(/CONFLICT|NOT_FOUND/) });

  const after = (await strategy.list()).filter(({ name }) => name !== "other");
  expect(after).toEqual(before);
});
