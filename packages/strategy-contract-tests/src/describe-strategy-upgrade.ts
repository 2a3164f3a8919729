import {
  type DeployRequest,
  type LockHolder,
  type OpenFactoryServiceDeploymentStrategy,
  supports,
} from "@openfactory/deploy-core";
import { describe, expect, test, type TestContext } from "vitest";
import { describeWithTarget, type Differences } from "./describe-with-target.js";
import type { Suite } from "./suite.js";
import type { ContractFactory } from "./target.js";
import { withVersion } from "./utilities.js";

export interface UpgradeOptions {
  /** Time limit of one case in milliseconds. Default 180000. */
  timeoutMs?: number;
  /** As in `ContractOptions`. */
  pollTimeoutMs?: number;
  /** As in `ContractOptions`. */
  differs?: Differences;
}

/** Creates the strategy of another release, on the platform of the target. */
export type StrategyFactory = () =>
  | Promise<OpenFactoryServiceDeploymentStrategy>
  | OpenFactoryServiceDeploymentStrategy;

/**
 * Registers cases of an upgrade as vitest cases: the current release of a strategy observes, updates and removes what the
 * previous one created, and changes nothing of it otherwise.
 * @param previous the strategy of the previous release, on the same platform as the target's strategy. Called once.
 * @param current the target with the strategy of the current release.
 */
export function describeStrategyUpgrade(
  name: string,
  previous: StrategyFactory,
  current: ContractFactory,
  { timeoutMs = 180_000, pollTimeoutMs, differs }: UpgradeOptions = {},
): void {
  let old: OpenFactoryServiceDeploymentStrategy | undefined;
  const factory: ContractFactory = async () => {
    const target = await current();
    old = await previous();
    return {
      ...target,
      async close() {
        await old?.close();
        await target.close();
      },
    };
  };
  const getOld = (): OpenFactoryServiceDeploymentStrategy => {
    if (old === undefined) throw new Error("the strategy of the previous release does not exist before the first case");
    return old;
  };
  describeWithTarget(`strategy upgrade: ${name}`, factory, { timeoutMs, pollTimeoutMs, differs }, (suite) => {
    describe("a service of the previous release", () => serviceCases(suite, getOld));
    describe("a resource or lock of the previous release", () => resourceCases(suite, getOld));
  });
}

function serviceCases(suite: Suite, previous: () => OpenFactoryServiceDeploymentStrategy): void {
  const deployed = async (): Promise<DeployRequest> => {
    const request = withVersion(suite.request(), 1);
    await previous().deploy(request);
    await suite.untilRunning(request.name);
    return request;
  };
  const hasVersion = (name: string, version: number) =>
    suite.eventually(
      `${name} has version ${version}`,
      () => suite.settings(name),
      ({ env }) => env.includes(`VERSION=${version}`),
    );

  test("is observed by inspect() and list() as the previous release observes it", async (context) => {
    const strategy = suite.with(context, "inspect");
    const { name } = await deployed();
    const status = await strategy.inspect(name);
    expect(status).toMatchObject({ name, state: "running", replicas: { running: 1, desired: 1 } });
    const old = previous();
    if (supports(old, "inspect")) {
      const { ids, image, labels, ports, createdAt } = await old.inspect(name);
      expect({ ...status, ports: status.ports }).toMatchObject({ ids, image, labels, ports, createdAt });
    }
    if (supports(strategy, "list"))
      expect((await strategy.list()).find((service) => service.name === name)).toMatchObject({ name, ids: status.ids });
  });

  test("has the settings that its request has in the current release, so that nothing is planned", async (context) => {
    const strategy = suite.with(context, "settings");
    const request = await deployed();
    const inspecting = suite.with(context, "inspect");
    expect((await inspecting.inspect(request.name)).settings).toEqual(await strategy.settingsOf(request));
  });

  test("keeps its processes while the current release reads it", async (context) => {
    const { strategy } = suite;
    const { name } = await deployed();
    const before = await suite.processes(context, name);
    if (supports(strategy, "list")) await strategy.list({ settings: true });
    if (supports(strategy, "inspect")) await strategy.inspect(name);
    if (supports(strategy, "wait")) await strategy.wait(name);
    expect(await suite.processes(context, name)).toEqual(before);
    expect(await suite.existing()).toEqual([name]);
  });

  test("is updated, and rolled back to the version of the previous release", async (context) => {
    const strategy = suite.with(context, "update");
    const request = await deployed();
    await strategy.update(withVersion(request, 2));
    await hasVersion(request.name, 2);
    if (supports(strategy, "wait")) await strategy.wait(request.name);
    if (supports(strategy, "rollback")) {
      await strategy.rollback(request.name);
      await hasVersion(request.name, 1);
    }
    await suite.untilRunning(request.name);
    expect(await suite.existing()).toEqual([request.name]);
  });

  test("that has an update of the previous release is rolled back", async (context) => {
    const strategy = suite.with(context, "rollback");
    const old = previous();
    if (!supports(old, "update")) return context.skip("the strategy of the previous release declares no update");
    const request = await deployed();
    await old.update(withVersion(request, 2));
    if (supports(old, "wait")) await old.wait(request.name);
    await strategy.rollback(request.name);
    await hasVersion(request.name, 1);
  });

  test("can't be deployed again under its name", async () => {
    const request = await deployed();
    await suite.failsCleanly(() => suite.strategy.deploy(request), "ALREADY_EXISTS", request.name);
  });

  test("is stopped and started", async (context) => {
    const strategy = suite.with(context, "stop");
    const { name } = await deployed();
    await strategy.stop(name);
    await suite.untilRunning(name, 0);
    await strategy.start(name);
    await suite.untilRunning(name);
  });

  test("is removed completely, with the version that it had before", async (context) => {
    const old = previous();
    const request = await deployed();
    if (supports(old, "update")) await old.update(withVersion(request, 2));
    await suite.strategy.remove(request.name, { wait: true });
    await suite.eventually(
      "nothing is left",
      () => suite.existing(),
      (names) => names.length === 0,
    );
    await suite.deployRunning(request);
    expect(await suite.processes(context, request.name)).toHaveLength(1);
  });
}

const HOLDER: LockHolder = { id: "holder-1", owner: "the previous release", since: "2026-01-01T00:00:00.000Z" };
const OTHER: LockHolder = { ...HOLDER, id: "holder-2" };

function resourceCases(suite: Suite, previous: () => OpenFactoryServiceDeploymentStrategy): void {
  test("a lock is held for the current release, until its holder releases it", async (context: TestContext) => {
    const strategy = suite.with(context, "lock");
    const old = previous();
    if (!supports(old, "lock")) return context.skip("the strategy of the previous release declares no lock");
    const name = suite.name();
    await old.lock(name, HOLDER);
    expect(await strategy.lock(name, OTHER)).toEqual(HOLDER);
    await strategy.unlock(name, HOLDER.id);
    expect(await old.lock(name, OTHER)).toBeUndefined();
    await old.unlock(name, OTHER.id);
  });

  test("a network or volume is listed and removed", async (context) => {
    const strategy = suite.with(context, "resources");
    const old = previous();
    if (!supports(old, "resources")) return context.skip("the strategy of the previous release declares no resources");
    const kind = (["network", "volume"] as const).find((one) => old.resourceKinds.includes(one));
    if (kind === undefined) return context.skip("the strategy manages neither networks nor volumes");
    const name = suite.name();
    await old.createResource({ kind, name, labels: { ...suite.target.labels, "org.example.release": "1" } });
    const listed = await strategy.listResources({ kinds: [kind], labels: { "org.example.release": "1" } });
    expect(listed.map((resource) => resource.name)).toContain(name);
    await strategy.removeResource(kind, name);
  });
}
