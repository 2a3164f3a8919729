import { createEngine as connect } from "@openfactory/docker-engine";
import { containerTarget, endingWith, logIn, probedNodes, serviceTarget } from "@openfactory/docker-probes";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import type { ContractTarget } from "@openfactory/strategy-contract-tests";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { createSwarm, type Swarm } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { startUpcomingEngine, type UpcomingApi, type UpcomingEngine } from "./shim.js";

/** An engine that is a swarm of one node, behind a shim. */
export interface UpcomingSwarm extends UpcomingEngine {
  readonly swarm: Swarm;
}

/** Starts Engine 28.5 with the containerd image store, as Engine 29 has it, behind a shim of this API version. */
export async function startUpcomingSwarm(api: UpcomingApi): Promise<UpcomingSwarm> {
  const images = [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE];
  const swarm = await createSwarm({ nodes: 1, engine: "28.5", imageStore: "containerd", images });
  const shim = await startUpcomingEngine(swarm.nodes[0]!.host, api);
  return {
    swarm,
    host: shim.host,
    versions: shim.versions,
    async close() {
      await shim.close();
      await swarm.down();
    },
  };
}

/** The platform docker through the shim. The probes of the contract use the engine itself. */
export function dockerTarget({ swarm, host }: UpcomingSwarm): ContractTarget {
  const [node] = swarm.nodes;
  const strategy = new LocalDockerDeploymentStrategy(connect({ host }));
  return containerTarget(strategy, node!.api, { published: node!.address, registry: swarm.gateway });
}

/** The platform swarm through the shim. */
export function swarmTarget({ swarm, host }: UpcomingSwarm): ContractTarget {
  const login = logIn();
  const strategy = new SwarmDeploymentStrategy(connect({ host, env: login.env }));
  return endingWith(serviceTarget(strategy, probedNodes(swarm.nodes), swarm.gateway), login.end);
}
