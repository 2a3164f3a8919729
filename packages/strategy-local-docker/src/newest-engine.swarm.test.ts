import { createEngine as connect } from "@openfactory/docker-engine";
import { containerTarget } from "@openfactory/docker-probes";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { createEngine } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { LocalDockerDeploymentStrategy } from "./index.js";

// The newest API takes all networks when a container is created, where older ones connect it to each afterwards.
describeStrategyContract("local Docker on Engine 28.5", async () => {
  const engine = await createEngine({ engine: "28.5", images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
  const target = containerTarget(
    new LocalDockerDeploymentStrategy(connect({ host: engine.host })),
    engine.api,
    engine.address,
  );
  return {
    ...target,
    async close() {
      await target.close();
      await engine.down();
    },
  };
});
