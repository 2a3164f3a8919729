import * as deployer from "@openfactory/deployer";
import { createEngine } from "@openfactory/docker-engine";
import { endingWith, probedNodes, serviceTarget } from "@openfactory/docker-probes";
import { type ContractOptions, describeStrategyContract } from "@openfactory/strategy-contract-tests";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { shareSwarm } from "@openfactory/swarm-harness";
import { startCountingProxy, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";

/** The cases that count and fail calls of the strategy, on a swarm of one node behind a proxy. */
export const describeCalls = (options: ContractOptions = {}): void =>
  describeStrategyContract(
    "Swarm behind a proxy",
    async () => {
      const swarm = await shareSwarm({ nodes: 1, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
      const proxy = await startCountingProxy(swarm.managers[0]?.host ?? "");
      const strategy = new SwarmDeploymentStrategy(createEngine({ host: proxy.host }));
      const target = serviceTarget(strategy, probedNodes(swarm.nodes), swarm.gateway);
      return endingWith({ ...target, calls: proxy }, proxy.close, () => swarm.down());
    },
    { only: ["unchanged runs", "failed calls"], deployer, ...options },
  );
