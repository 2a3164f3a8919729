import { type CountingProxy, startCountingProxy, TEST_IMAGE } from "@openfactory/test-engine";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countCalls, splitLock, withoutNegotiation } from "./support/count-calls.js";
import { TestProject } from "./support/run-ofdeploy.js";

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

let project: TestProject;
let proxy: CountingProxy;
beforeAll(async () => {
  project = new TestProject();
  proxy = await startCountingProxy(process.env["DOCKER_HOST"] ?? "");
});
afterAll(async () => {
  await countCalls(project, proxy, "down", "--project", `calls-${process.pid}`, "--yes");
  await proxy?.close();
  project?.remove();
});

/** Ignores inspections of containers, which updates of other tests on this engine may cause. The names of locks are hashes. */
const own = (calls: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(withoutNegotiation(calls))
      .filter(([kind]) => kind !== "GET /containers/ID/json")
      .map(([kind, count]) => [
        kind.replace(/openfactory-lock-\w+-.*/, "CLAIM").replace(/openfactory-lock-.*/, "LOCK"),
        count,
      ]),
  );

test.each([3, 8])(
  "up of %i apps makes two calls per app, four more, and those of its lock; a second up makes two",
  async (count) => {
    project.write(fileOf(count));
    const made = await countCalls(project, proxy, "up", "--no-wait");
    const before = count === 3 ? 0 : 3;
    const { calls, lock } = splitLock(own(made.calls), "volumes");
    expect(calls).toEqual({
      // Before the lock, and while it is held.
      "GET /containers/json": 2,
      // Does the project run on the engine's swarm?
      "GET /services": 1,
      // Preflight.
      "GET /images/openfactory/test%3A1/json": 1,
      "POST /containers/create": count - before,
      "POST /containers/ID/start": count - before,
    });
    expect(lock).toEqual(
      expect.arrayContaining(["DELETE /volumes/CLAIM", "DELETE /volumes/LOCK", "GET /volumes", "POST /volumes/create"]),
    );
    expect(made.calls["GET /_ping"]).toBe(1);

    const again = await countCalls(project, proxy, "up");
    expect(again.out).toContain(`${count} unchanged`);
    expect(own(again.calls)).toEqual({ "GET /containers/json": 1, "GET /services": 1 });
    expect(again.calls["GET /_ping"]).toBe(1);
  },
);

test("up and plan of an unchanged project list networks once if the file declares one", async () => {
  const joining = fileOf(2).replaceAll("    stop_grace_period", "    networks: [back]\n    stop_grace_period");
  project.write(`${joining}networks:\n  back:\n    labels: [org.openfactory.deploy.test=1]\n`);
  await countCalls(project, proxy, "up", "--no-wait");
  const again = await countCalls(project, proxy, "up");
  expect(again.out).toContain("2 unchanged");
  expect(own(again.calls)).toEqual({ "GET /containers/json": 1, "GET /networks": 1, "GET /services": 1 });
  const dry = await countCalls(project, proxy, "up", "--dry-run");
  expect(own(dry.calls)).toEqual(own(again.calls));
});
