import { createEngine } from "@openfactory/docker-engine";
import { probedNodes, serviceTarget } from "@openfactory/docker-probes";
import { describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { createSwarm } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { SwarmDeploymentStrategy } from "./index.js";

describeStrategyContract("Swarm of three nodes", async () => {
  const swarm = await createSwarm({ nodes: 3, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
  const strategy = new SwarmDeploymentStrategy(createEngine({ host: swarm.managers[0]?.host }));
  const target = serviceTarget(strategy, probedNodes(swarm.nodes), swarm.gateway);
  return {
    ...target,
    async close() {
      await target.close();
      await swarm.down();
    },
  };
});
