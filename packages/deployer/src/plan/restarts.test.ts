import type { InstanceStatus, ListOptions, ServiceStatus } from "@openfactory/deploy-core";
import { MemoryDeploymentStrategy } from "@openfactory/strategy-memory";
import { expect, test } from "vitest";
import { ALL, app, memory, project, testOptions } from "../../test/fixtures.js";
import { scale } from "../operations/scale.js";
import { up } from "../operations/up.js";
import { plan } from "./plan.js";

const instance = (number: number, state: InstanceStatus["state"]): InstanceStatus => ({
  id: `${number}`,
  name: `web.${number}`,
  state,
  engineState: state,
  restarts: 0,
});

/** A platform whose variable COUNT holds the number of replicas. */
class CountingStrategy extends MemoryDeploymentStrategy {
  constructor() {
    super(
      testOptions(
        { capabilities: ALL, replicaVariables: { names: ["COUNT", "SLOT"], replicas: "COUNT" } },
        { listsSettings: true },
      ),
    );
  }

  override async list(options?: ListOptions): Promise<ServiceStatus[]> {
    return (await super.list(options)).map((status) => ({ ...status, instances: [] }));
  }

  override async inspect(name: string): Promise<ServiceStatus> {
    return {
      ...(await super.inspect(name)),
      instances: [instance(1, "running"), instance(2, "failed"), instance(3, "running")],
    };
  }

  override async scale(...[name, replicas, options]: Parameters<MemoryDeploymentStrategy["scale"]>): Promise<void> {
    await super.scale(name, replicas, options);
    const warning = { code: "INSTANCES_RESTART", service: name, strategy: "fake", reason: "web.1 restarts." } as const;
    options?.observer?.({ type: "warning", service: name, warning });
  }
}

const web = (replicas: number, ...env: string[]) =>
  project(app("web", { mode: { Replicated: { Replicas: replicas } }, env: [`COUNT=${replicas}`, ...env] }));

test("plan() shows the variables that identify a replica, and names the running instances that restart", async () => {
  const strategy = new CountingStrategy();
  await up(strategy, web(3, "SLOT=a", "KEY=secret"));
  expect((await plan(strategy, web(5, "SLOT=b", "KEY=other"))).apps[0]).toMatchObject({
    action: "update",
    changes: [
      { path: "env.COUNT", from: "3", to: "5" },
      { path: "env.KEY", from: "***", to: "***", masked: true },
      { path: "env.SLOT", from: "a", to: "b" },
      { path: "mode.Replicated.Replicas", from: "3", to: "5" },
    ],
    restarts: ["web.1", "web.3"],
  });
});

test("plan() names no instances when the number of replicas stays, or the platform has no such variable", async () => {
  const strategy = new CountingStrategy();
  await up(strategy, web(3));
  expect((await plan(strategy, web(3, "KEY=other"))).apps[0]).not.toHaveProperty("restarts");
  const other = memory({ capabilities: ALL }, { listsSettings: true });
  await up(other, web(3));
  const planned = (await plan(other, web(5))).apps[0];
  expect(planned).not.toHaveProperty("restarts");
  expect(planned?.changes).toContainEqual({ path: "env.COUNT", from: "***", to: "***", masked: true });
});

test("scale() reports which instances restart, as the strategy warns of it", async () => {
  const strategy = new CountingStrategy();
  await up(strategy, web(3));
  const events: unknown[] = [];
  const report = await scale(strategy, web(3), "Web", 5, { observer: (event) => void events.push(event) });
  const warning = { code: "INSTANCES_RESTART", service: "web", reason: "web.1 restarts." };
  expect(report.warnings).toEqual([warning]);
  expect(events).toContainEqual({ type: "warning", warning });
});
