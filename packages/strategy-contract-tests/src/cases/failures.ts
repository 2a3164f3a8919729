import { DeploymentError, type DeployRequest, type ErrorCode, supports } from "@openfactory/deploy-core";
import { describe, expect, test } from "vitest";
import type { Suite } from "../suite.js";

const wrong: Record<string, unknown>[] = [
  { image: "" },
  { image: "Not An Image" },
  { env: ["NO_VALUE"] },
  { env: ["A=1", "A=2"] },
  { env: { A: "1" } },
  { labels: { a: 1 } },
  { command: [] },
  { command: "'open" },
  { ports: { 0: 80 } },
  { ports: { 80: "http" } },
  { networks: ["a", "a"] },
  { networks: "a" },
  { constraints: ["node.role"] },
  { resources: { Limits: { MemoryBytes: "64m" } } },
  { resources: { Limits: { MemoryBytes: 1 }, Reservations: { MemoryBytes: 2 } } },
  { openFiles: 0 },
  { mode: { Replicated: { Replicas: -1 } } },
  { mounts: [{ Type: "npipe", Source: "a", Target: "/a" }] },
  { mounts: [{ Type: "bind", Source: "relative", Target: "/a" }] },
  { user: "a b" },
  { imagePullPolicy: "IfNotPresent" },
  { stopGracePeriod: 1 },
  { color: "red" },
];

/** An invalid request is rejected before any change. */
export function invalidRequestCases(suite: Suite): void {
  describe("deploy() rejects with INVALID_REQUEST and creates nothing", () => {
    test.for(wrong.map((part) => [JSON.stringify(part), part] as const))("%s", async ([, part]) => {
      const request = { ...suite.request(), ...part } as DeployRequest;
      await suite.failsCleanly(() => suite.strategy.deploy(request), "INVALID_REQUEST", request.name);
    });

    const notRequests = [
      ["undefined", undefined],
      ["null", null],
      ["a list", []],
      ["a text", "demo"],
    ] as const;
    test.for(notRequests)("%s", async ([, request]) => {
      await suite.failsCleanly(() => suite.strategy.deploy(request as unknown as DeployRequest), "INVALID_REQUEST");
    });
  });
}

/** A failed deploy has an error with its cause, and leaves nothing behind. */
export function failureCases(suite: Suite): void {
  /**
   * A strategy rejects a service that can't run and leaves nothing behind; or, if it only schedules, it accepts the service,
   * which never runs, and `wait` fails.
   */
  const neverRuns = async (request: DeployRequest, code: readonly ErrorCode[]): Promise<void> => {
    const before = await suite.existing();
    const refused = await suite.strategy.deploy(request).then(
      () => false,
      (error: unknown) => (DeploymentError.isInstance(error) ? true : Promise.reject(error)),
    );
    if (refused) {
      expect(await suite.existing(), "nothing is left behind").toEqual(before);
      await suite.failsCleanly(() => suite.strategy.deploy(request), code, request.name);
      return;
    }
    const { strategy } = suite;
    if (supports(strategy, "wait"))
      await suite.fails(strategy.wait(request.name), [...code, "TASK_FAILED"], request.name);
    expect((await suite.probes.instances(request.name)).filter(({ running }) => running)).toEqual([]);
    expect(await suite.existing(), "an accepted service exists").toContain(request.name);
  };

  test("a missing image fails with IMAGE_NOT_FOUND and runs nothing", async () => {
    await neverRuns(suite.once({ image: suite.target.images.missing }), ["IMAGE_NOT_FOUND"]);
  });

  test("a missing program fails and runs nothing", async (context) => {
    suite.skipUnlessSupported(context, { command: ["x"] });
    await neverRuns(suite.once({ command: suite.programs.absent() }), [
      "TASK_FAILED",
      "ENGINE_ERROR",
      "INVALID_REQUEST",
    ]);
  });

  describe("deploy() with a missing network rejects with NETWORK_NOT_FOUND", () => {
    test.for([0, 1, 2])("as number %i of three", async (place, context) => {
      suite.skipUnlessSupported(context, { networks: ["x"] });
      const networks = await suite.networks(2);
      networks.splice(place, 0, suite.name());
      const request = suite.request({ networks });
      await suite.failsCleanly(() => suite.strategy.deploy(request), "NETWORK_NOT_FOUND", request.name);
      await suite.deployRunning({ ...request, networks: networks.toSpliced(place, 1) });
    });
  });

  test("deploy() with another service's host port rejects with CONFLICT, keeps that service running and frees the name", async (context) => {
    suite.skipUnlessSupported(context, { ports: { 80: 80 } });
    const port = await suite.freePort();
    const first = await suite.deployRunning(suite.request({ ports: { [port]: 80 } }));
    const second = suite.request({ ports: { [await suite.freePort()]: 81, [port]: 80 } });
    await suite.failsCleanly(() => suite.strategy.deploy(second), "CONFLICT", second.name);
    await suite.untilRunning(first.name);
    await suite.deployRunning({ ...second, ports: { [await suite.freePort()]: 80 } });
  });

  test("an observer that throws at any event ends deploy() with its error, and nothing is left behind", async (context) => {
    const own = new Error("an error of the caller");
    const networks = suite.isSupported({ networks: ["x"] }) ? await suite.networks(2) : undefined;
    const request = suite.request(networks && { networks });
    let events = 0;
    await suite.strategy.deploy(request, { observer: () => (events += 1) });
    await suite.strategy.remove(request.name, { wait: true });
    if (events === 0) context.skip("the strategy reports no progress");
    for (let stop = 0; stop < events; stop += 1) {
      let seen = 0;
      const observer = () => {
        if (seen++ === stop) throw own;
      };
      const outcome = await suite.strategy.deploy(request, { observer }).catch((error: unknown) => error);
      expect(outcome, `thrown at event ${stop + 1} of ${events}`).toBe(own);
      expect(await suite.existing(), "nothing is left behind").toEqual([]);
    }
  });
}
