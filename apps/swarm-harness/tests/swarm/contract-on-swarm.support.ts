import { createEngine } from "@openfactory/docker-engine";
import { endingWith, logIn, probedNodes, serviceTarget } from "@openfactory/docker-probes";
import type { ContractFactory } from "@openfactory/strategy-contract-tests";
import { shareSwarm, type EngineVersion } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";

/** A new swarm with this number of nodes and this engine version. */
export const onSwarm =
  (nodes: number, engine: EngineVersion): ContractFactory =>
  async () => {
    const swarm = await shareSwarm({ nodes, engine, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
    const login = logIn();
    const strategy = new SwarmDeploymentStrategy(createEngine({ host: swarm.managers[0]?.host, env: login.env }));
    const target = serviceTarget(strategy, probedNodes(swarm.nodes), swarm.gateway);
    return endingWith(target, login.end, () => swarm.down());
  };
