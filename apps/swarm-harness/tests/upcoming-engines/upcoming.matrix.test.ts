import { endingWith } from "@openfactory/docker-probes";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { describe, test } from "vitest";
import { checkCommands } from "./check-commands.js";
import { UPCOMING_APIS } from "./shim.js";
import { dockerTarget, startUpcomingSwarm, swarmTarget } from "./upcoming.support.js";

for (const api of UPCOMING_APIS) {
  for (const [platform, makeTarget] of [
    ["docker", dockerTarget],
    ["swarm", swarmTarget],
  ] as const) {
    describeStrategyContract(`${platform} API ${api}`, async () => {
      const engine = await startUpcomingSwarm(api);
      return endingWith(makeTarget(engine), () => engine.close());
    });
  }
  describe(`strategy contract: command API ${api}`, () => {
    test.for(["docker", "swarm"])("the main commands work on the platform %s", async (platform) => {
      const engine = await startUpcomingSwarm(api);
      try {
        await checkCommands(["--platform", platform, "--host", engine.host]);
      } finally {
        await engine.close();
      }
    });
  });
}
