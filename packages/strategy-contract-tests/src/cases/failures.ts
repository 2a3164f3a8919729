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
  { colour: "red" },
];

/** A request that is not valid is refused before anything is touched. */
export function invalidRequestCases(suite: Suite): void {
  describe("INVALID_REQUEST, and nothing made", () => {
    test.for(wrong.map((part) => [JSON.stringify(part), part] as const))("%s", async ([, part]) => {
      const request = { ...suite.request(), ...part } as DeployRequest;
      await suite.failsCleanly(() => suite.strategy.deploy(request), "INVALID_REQUEST", request.name);
    });

    test.for([undefined, null, [], "demo"])("%j", async (request) => {
      await suite.failsCleanly(() => suite.strategy.deploy(request as unknown as DeployRequest), "INVALID_REQUEST");
    });
  });
}

/** A deploy that fails says why, and leaves nothing behind. */
export function failureCases(suite: Suite): void {
  /**
   * What can't run is refused by the deploy, with nothing left; or, by a strategy that only schedules, accepted, and it
   * never runs and `wait` says so.
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
    expect(await suite.existing(), "what was accepted is there").toContain(request.name);
  };

  test("an image that is nowhere: IMAGE_NOT_FOUND", async () => {
    await neverRuns(suite.once({ image: suite.target.images.missing }), ["IMAGE_NOT_FOUND"]);
  });

  test("a program that the image lacks", async (context) => {
    suite.needs(context, { command: ["x"] });
    await neverRuns(suite.once({ command: suite.programs.absent() }), [
      "TASK_FAILED",
      "ENGINE_ERROR",
      "INVALID_REQUEST",
    ]);
  });

  describe("a network that is missing: NETWORK_NOT_FOUND", () => {
    test.for([0, 1, 2])("as number %i of three", async (place, context) => {
      suite.needs(context, { networks: ["x"] });
      const networks = await suite.networks(2);
      networks.splice(place, 0, suite.name());
      const request = suite.request({ networks });
      await suite.failsCleanly(() => suite.strategy.deploy(request), "NETWORK_NOT_FOUND", request.name);
      await suite.running({ ...request, networks: networks.toSpliced(place, 1) });
    });
  });

  test("a host port that another service has: CONFLICT; the other runs on, and the name stays free", async (context) => {
    suite.needs(context, { ports: { 80: 80 } });
    const port = await suite.freePort();
    const first = await suite.running(suite.request({ ports: { [port]: 80 } }));
    const second = suite.request({ ports: { [await suite.freePort()]: 81, [port]: 80 } });
    await suite.failsCleanly(() => suite.strategy.deploy(second), "CONFLICT", second.name);
    await suite.untilRunning(first.name);
    await suite.running({ ...second, ports: { [await suite.freePort()]: 80 } });
  });

  test("an observer that throws, at whatever event, ends the deploy with what it threw; nothing is left behind", async (context) => {
    const own = new Error("the caller's own");
    const networks = suite.honours({ networks: ["x"] }) ? await suite.networks(2) : undefined;
    const request = suite.request(networks && { networks });
    let told = 0;
    await suite.strategy.deploy(request, { observer: () => (told += 1) });
    await suite.strategy.remove(request.name, { wait: true });
    if (told === 0) context.skip("the strategy tells no progress");
    for (let stop = 0; stop < told; stop += 1) {
      let seen = 0;
      const observer = () => {
        if (seen++ === stop) throw own;
      };
      const outcome = await suite.strategy.deploy(request, { observer }).catch((error: unknown) => error);
      expect(outcome, `thrown at event ${stop + 1} of ${told}`).toBe(own);
      expect(await suite.existing(), "nothing is left behind").toEqual([]);
    }
  });
}
