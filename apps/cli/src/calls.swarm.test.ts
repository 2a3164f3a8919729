import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import { type CountingProxy, startCountingProxy, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countCalls, withoutNegotiation } from "./testing/count-calls.js";
import { Workplace } from "./testing/run-ofdeploy.js";

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

test.each([5, 60])("up of %i apps is one call an app and six more; again it is the listing", async (count) => {
  place.write(fileOf(same(count)));
  const made = await up("--no-wait");
  const before = count === 5 ? 0 : 5;
  expect(withoutNegotiation(made.calls)).toEqual({
    // What is there, and, before anything is made, what would stand in the way.
    "GET /services": 2,
    "GET /nodes": 1,
    "GET /images/openfactory/test%3A1/json": 1,
    "POST /configs/create": 1,
    "DELETE /configs/ID": 1,
    "POST /services/create": count - before,
  });
  expect(proxy.calls.length).toBeLessThanOrEqual(4 + 2 * (count - before));

  for (const wait of [[], ["--no-wait"]]) {
    const again = await up(...wait);
    expect(again.out).toContain(`${count} unchanged`);
    expect(withoutNegotiation(again.calls)).toEqual({ "GET /services": 1 });
    expect(again.calls["GET /_ping"]).toBe(1);
  }
});

test("up of 7 changed apps among 60 is one call for each, and eight more at most", async () => {
  place.write(fileOf([...same(53), ...Array.from({ length: 7 }, () => "other")]));
  const changed = await up("--no-wait");
  expect(changed.out).toContain("7 started");
  const { "GET /services": looks, ...calls } = withoutNegotiation(changed.calls);
  expect(calls).toEqual({ "GET /nodes": 1, "POST /configs/create": 1, "DELETE /configs/ID": 1, "POST /services/ID/update": 7 });
  // What is there, what would stand in the way, and one before each change: those made at the same time share it.
  expect(looks).toBeLessThanOrEqual(2 + 3);
  expect(proxy.calls.length).toBeLessThanOrEqual(4 + 2 * 7);
});
