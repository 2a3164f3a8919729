import { type CountingProxy, startCountingProxy, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countCalls, withoutNegotiation } from "./support/count-calls.js";
import { Workplace } from "./support/run-ofdeploy.js";

const uuid = (index: number): string => `calls-${process.pid}-${index}`;
const fileOf = (count: number): string =>
  [
    `name: calls-${process.pid}`,
    "apps:",
    ...Array.from({ length: count }, (_, index) => [
      `  app-${index}:`,
      `    uuid: ${uuid(index)}`,
      `    image: ${TEST_IMAGE}`,
      "    command: [sleep, '60']",
      "    labels: [org.openfactory.deploy.test=1]",
      "    stop_grace_period: 1s",
    ]).flat(),
    "",
  ].join("\n");

let place: Workplace;
let proxy: CountingProxy;
beforeAll(async () => {
  place = new Workplace();
  proxy = await startCountingProxy(process.env["DOCKER_HOST"] ?? "");
});
afterAll(async () => {
  await countCalls(place, proxy, "down", "--project", `calls-${process.pid}`, "--yes");
  await proxy?.close();
  place?.remove();
});

/** Others on this engine may be in the middle of an update, which takes a look at theirs; names of locks are hashes. */
const own = (calls: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(withoutNegotiation(calls))
      .filter(([kind]) => kind !== "GET /containers/ID/json")
      .map(([kind, count]) => [kind.replace(/openfactory-lock-.*/, "LOCK"), count]),
  );

test.each([3, 8])(
  "up of %i apps is two calls an app and six more; again it is the listing, and a look at the swarm",
  async (count) => {
    place.write(fileOf(count));
    const made = await countCalls(place, proxy, "up", "--no-wait");
    const before = count === 3 ? 0 : 3;
    expect(own(made.calls)).toEqual({
      "GET /containers/json": 1,
      // Whether the project runs on the engine's swarm.
      "GET /services": 1,
      // Before anything is made, what would stand in the way.
      "GET /images/openfactory/test%3A1/json": 1,
      "POST /volumes/create": 1,
      "GET /volumes/LOCK": 1,
      "DELETE /volumes/LOCK": 1,
      "POST /containers/create": count - before,
      "POST /containers/ID/start": count - before,
    });
    expect(made.calls["GET /_ping"]).toBe(1);

    const again = await countCalls(place, proxy, "up");
    expect(again.out).toContain(`${count} unchanged`);
    expect(own(again.calls)).toEqual({ "GET /containers/json": 1, "GET /services": 1 });
    expect(again.calls["GET /_ping"]).toBe(1);
  },
);

test("up and plan of an unchanged project list networks once if the file declares one", async () => {
  const joining = fileOf(2).replaceAll("    stop_grace_period", "    networks: [back]\n    stop_grace_period");
  place.write(`${joining}networks:\n  back:\n    labels: [org.openfactory.deploy.test=1]\n`);
  await countCalls(place, proxy, "up", "--no-wait");
  const again = await countCalls(place, proxy, "up");
  expect(again.out).toContain("2 unchanged");
  expect(own(again.calls)).toEqual({ "GET /containers/json": 1, "GET /networks": 1, "GET /services": 1 });
  const dry = await countCalls(place, proxy, "up", "--dry-run");
  expect(own(dry.calls)).toEqual(own(again.calls));
});
