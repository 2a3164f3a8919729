import { endingWith } from "@openfactory/docker-probes";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { describe, test } from "vitest";
import { checkCommands } from "./check-commands.js";
import type { UpcomingApi } from "./shim.js";
import { dockerTarget, startUpcomingSwarm, swarmTarget } from "./upcoming.support.js";

const TARGETS = { docker: dockerTarget, swarm: swarmTarget };

/** The contract and the main commands on an engine with an upcoming API. */
export function checkUpcoming(platform: keyof typeof TARGETS, api: UpcomingApi): void {
  describeStrategyContract(`${platform} API ${api}`, async () => {
    const engine = await startUpcomingSwarm(api);
    return endingWith(TARGETS[platform](engine), () => engine.close());
  });
  describe(`strategy contract: command API ${api}`, () => {
    test(`the main commands work on the platform ${platform}`, async () => {
      const engine = await startUpcomingSwarm(api);
      try {
        await checkCommands(["--platform", platform, "--host", engine.host]);
      } finally {
        await engine.close();
      }
    });
  });
}
