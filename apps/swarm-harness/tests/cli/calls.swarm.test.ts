import { shareSwarm, type Swarm } from "@openfactory/swarm-harness";
import { type CountingProxy, startCountingProxy, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countCalls, splitLock, withoutNegotiation } from "./support/count-calls.js";
import { TestProject } from "./support/run-ofdeploy.js";

/** Apps with 0 replicas, so that the polling of tasks is not counted. */
const fileOf = (tags: readonly string[]): string =>
  [
    "name: calls",
    "apps:",
    ...tags.flatMap((tag, index) => [
      `  app-${index}:`,
      `    uuid: app-${index}`,
      `    image: ${TEST_IMAGE}`,
      `    environment: [TAG=${tag}]`,
      "    deploy: { replicas: 0 }",
    ]),
    "",
  ].join("\n");

const same = (count: number): string[] => Array.from({ length: count }, () => "same");

let project: TestProject;
let swarm: Swarm;
let proxy: CountingProxy;
beforeAll(async () => {
  project = new TestProject();
  swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE] });
  proxy = await startCountingProxy(swarm.nodes[0]?.host ?? "");
});
afterAll(async () => {
  await proxy?.close();
  await swarm?.down();
  project?.remove();
});

const up = (...args: string[]) => countCalls(project, proxy, "up", "--platform", "swarm", ...args);

/** The number of deployed apps, by the number of apps in the file. */
const MADE = new Map([
  [1, 0],
  [5, 1],
  [60, 5],
]);

test.each([...MADE])(
  "up of %i apps, of which %i are deployed, makes one call per new app, six more, and those of its lock; a second up makes two",
  async (count, before) => {
    project.write(fileOf(same(count)));
    const made = await up("--no-wait");
    const { calls, lock } = splitLock(withoutNegotiation(made.calls), "configs");
    expect(calls).toEqual({
      // Before the lock, and while it is held.
      "GET /services": 2,
      // Does the project run on the manager's own engine?
      "GET /containers/json": 1,
      // Preflight.
      "GET /nodes": 1,
      "GET /images/openfactory/test%3A1/json": 1,
      "POST /services/create": count - before,
    });
    expect(lock).toEqual(expect.arrayContaining(["DELETE /configs/ID", "POST /configs/create"]));
    expect(made.calls["GET /_ping"]).toBe(1);

    for (const wait of [[], ["--no-wait"]]) {
      const again = await up(...wait);
      expect(again.out).toContain(`${count} unchanged`);
      expect(withoutNegotiation(again.calls)).toEqual({ "GET /services": 1, "GET /containers/json": 1 });
      expect(again.calls["GET /_ping"]).toBe(1);
    }
  },
);

test.each([1, 2, 3, 7])(
  "up of %i changed apps of 60 makes one call per app, at most five more, and those of its lock",
  async (count) => {
    project.write(fileOf([...same(60 - count), ...Array.from({ length: count }, () => `other-${count}`)]));
    const changed = await up("--no-wait");
    expect(changed.out).toContain(`${count} started`);
    const own = splitLock(withoutNegotiation(changed.calls), "configs").calls;
    const { "GET /services": looks, "POST /services/ID/update": updates, ...calls } = own;
    expect(calls).toEqual({ "GET /containers/json": 1 });
    expect(updates).toBe(count);
    // One listing before the lock, one while it is held, and one before each update. Concurrent updates share a listing.
    expect(looks).toBeLessThanOrEqual(2 + Math.min(3, count));
  },
);
