import { HIGHEST_API } from "@openfactory/docker-engine";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { RawEngine } from "@openfactory/test-engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { spawnOfdeploy } from "../cli/support/spawn-ofdeploy.js";
import { startUpcomingEngine } from "./shim.js";
import { dockerTarget, startUpcomingSwarm, type UpcomingSwarm } from "./upcoming.support.js";

// All versions, and the whole contract, are in the matrix.
const OFFERED = "1.57";

let engine: UpcomingSwarm;
beforeAll(async () => {
  engine = await startUpcomingSwarm(OFFERED);
});
afterAll(async () => engine?.close());

describeStrategyContract(`local Docker on API ${OFFERED}`, async () => dockerTarget(engine), {
  only: ["deployment"],
});

describe(`an engine that offers API ${OFFERED}`, () => {
  // All main commands: upcoming.matrix.test.ts.
  test("is spoken to in the highest known version", async () => {
    engine.versions.length = 0;
    const ran = await spawnOfdeploy(["ls", "--platform", "swarm", "--host", engine.host]);
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    // Calls of the negotiation have no version, and count as the offered one.
    expect([...new Set(engine.versions)].sort()).toEqual([HIGHEST_API, OFFERED]);
  });

  test("rejects API versions below 1.44 in the words of Engine 29, and the command explains it", async () => {
    expect(await new RawEngine(engine.host).request("GET", "/v1.43/info")).toMatchObject({
      status: 400,
      body: {
        message:
          "client version 1.43 is too old. Minimum supported API version is 1.44, please upgrade your client to a newer version",
      },
    });
    const ran = await spawnOfdeploy(["ls", "--host", engine.host], { DOCKER_API_VERSION: "1.43" });
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining("requires API 1.44 or later") });
    expect(ran.stderr).toContain("unset DOCKER_API_VERSION");
  });

  test("the command explains an engine that no longer accepts the highest known version", async () => {
    const newer = await startUpcomingEngine(engine.swarm.nodes[0]!.host, OFFERED, OFFERED);
    const ran = await spawnOfdeploy(["ls", "--host", newer.host]);
    await newer.close();
    expect(ran).toMatchObject({ code: 3, stderr: expect.stringContaining(`requires API ${OFFERED} or later`) });
    expect(ran.stderr).toContain("Update OpenFactory Deploy");
  });
});
