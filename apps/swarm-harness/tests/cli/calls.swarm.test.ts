import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import { type CountingProxy, startCountingProxy, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countCalls, withoutNegotiation } from "./support/count-calls.js";
import { Workplace } from "./support/run-ofdeploy.js";

/** Apps of no replicas: what is counted is their services, not the waits for their tasks. */
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

let place: Workplace;
let swarm: Swarm;
let proxy: CountingProxy;
beforeAll(async () => {
  place = new Workplace();
  swarm = await createSwarm({ nodes: 1, images: [TEST_IMAGE] });
  proxy = await startCountingProxy(swarm.nodes[0]?.host ?? "");
});
afterAll(async () => {
  await proxy?.close();
  await swarm?.down();
  place?.remove();
});

const up = (...args: string[]) => countCalls(place, proxy, "up", "--platform", "swarm", ...args);

/** What is there already, of so many apps. */
const MADE = new Map([
  [1, 0],
  [5, 1],
  [60, 5],
]);

test.each([...MADE])(
  "up of %i apps, of which there are %i, is one call for each new one and six more; again it is the listing, and a look at local Docker",
  async (count, before) => {
    place.write(fileOf(same(count)));
    const made = await up("--no-wait");
    expect(withoutNegotiation(made.calls)).toEqual({
      "GET /services": 1,
      // Whether the project runs on the manager's own engine.
      "GET /containers/json": 1,
      // Before anything is made, what would stand in the way.
      "GET /nodes": 1,
      "GET /images/openfactory/test%3A1/json": 1,
      "POST /configs/create": 1,
      "DELETE /configs/ID": 1,
      "POST /services/create": count - before,
    });
    // And the one that agrees on a version.
    expect(proxy.calls.length).toBe(7 + (count - before));

    for (const wait of [[], ["--no-wait"]]) {
      const again = await up(...wait);
      expect(again.out).toContain(`${count} unchanged`);
      expect(withoutNegotiation(again.calls)).toEqual({ "GET /services": 1, "GET /containers/json": 1 });
      expect(again.calls["GET /_ping"]).toBe(1);
    }
  },
);

test.each([1, 2, 3, 7])(
  "up of %i changed apps among 60 is one call for each, and seven more at most",
  async (count) => {
    place.write(fileOf([...same(60 - count), ...Array.from({ length: count }, () => `other-${count}`)]));
    const changed = await up("--no-wait");
    expect(changed.out).toContain(`${count} started`);
    const { "GET /services": looks, "POST /services/ID/update": updates, ...calls } = withoutNegotiation(changed.calls);
    expect(calls).toEqual({ "POST /configs/create": 1, "DELETE /configs/ID": 1, "GET /containers/json": 1 });
    expect(updates).toBe(count);
    // What is there, and one before each change: those made at the same time share it.
    expect(looks).toBeLessThanOrEqual(1 + Math.min(3, count));
    expect(proxy.calls.length).toBeLessThanOrEqual(5 + 2 * count);
  },
);
