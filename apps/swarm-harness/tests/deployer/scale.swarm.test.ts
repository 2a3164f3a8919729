import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { plan } from "@openfactory/deployer";
import { scale } from "@openfactory/deployer";
import { type DockerFixture, createSwarmFixture } from "./docker-fixtures.js";
import { nameOf, projectOf } from "./scenarios/platform-fixture.js";
import { up } from "@openfactory/deployer";

let swarm: Swarm;
let manager: RawEngine;
let fixture: DockerFixture;

beforeAll(async () => {
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  manager = new RawEngine(swarm.managers[0]?.host ?? "");
});
afterAll(() => swarm?.down());
beforeEach(() => {
  fixture = createSwarmFixture(manager);
});
afterEach(() => fixture.cleanUp());

const tasksOf = async (service: string): Promise<string[]> => {
  const filters = encodeURIComponent(JSON.stringify({ service: [service], "desired-state": ["running"] }));
  const tasks: { ID: string }[] = await manager.call("GET", `/tasks?filters=${filters}`);
  return tasks.map(({ ID }) => ID).sort();
};
const replicas = (Replicas: number) =>
  projectOf(fixture, { apps: { web: { more: { mode: { Replicated: { Replicas } } } } } });

test("another number of replicas lets those that run run on, by the file and by hand", async () => {
  const service = nameOf(fixture, "web");
  await up(fixture.strategy, replicas(1), fixture.options);
  const [first] = await tasksOf(service);
  expect((await up(fixture.strategy, replicas(2), fixture.options)).apps).toMatchObject([
    { outcome: "updated", status: { replicas: { running: 2 } } },
  ]);
  expect(await tasksOf(service)).toContain(first);

  expect(await scale(fixture.strategy, replicas(2), "web", 3, fixture.options)).toMatchObject({
    from: 2,
    to: 3,
    outcome: "running",
  });
  expect(await tasksOf(service)).toHaveLength(3);
  expect((await plan(fixture.strategy, replicas(2))).apps).toMatchObject([
    { drifted: true, changes: [{ path: "mode.Replicated.Replicas", from: "3", to: "2" }] },
  ]);
  expect((await plan(fixture.strategy, replicas(3))).apps).toMatchObject([{ action: "unchanged" }]);
});
