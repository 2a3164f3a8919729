import { createEngine as connect } from "@openfactory/docker-engine";
import { containerTarget } from "@openfactory/docker-probes";
import type { ContractFactory } from "@openfactory/strategy-contract-tests";
import { createEngine, type EngineVersion } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { LocalDockerDeploymentStrategy } from "./index.js";

/** An engine of that version in a container of its own. */
export const onVersion = (version: EngineVersion): ContractFactory => async () => {
  const engine = await createEngine({ engine: version, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
  const strategy = new LocalDockerDeploymentStrategy(connect({ host: engine.host }));
  const target = containerTarget(strategy, engine.api, engine.address);
  return {
    ...target,
    async close() {
      await target.close();
      await engine.down();
    },
  };
};
