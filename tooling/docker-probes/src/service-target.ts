import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { ContractTarget } from "@openfactory/strategy-contract-tests";
import { dockerWorld } from "./docker-world.js";
import { type ProbedNode, serviceProbes } from "./service-probes.js";

/**
 * The contract's target for a strategy that runs services on a swarm.
 * @param registry the address of this machine as the nodes see it, where they take a registry without TLS.
 */
export function serviceTarget(
  strategy: OpenFactoryServiceDeploymentStrategy,
  nodes: readonly [ProbedNode, ...ProbedNode[]],
  registry?: string,
): ContractTarget {
  const manager = nodes[0].engine;
  const world = dockerWorld(manager, "overlay", registry);
  return {
    ...world,
    strategy,
    probes: serviceProbes(nodes),
    portlessNetworks: ["host"],
    // Swarm expands Go templates in environment and host name, as its README says.
    expandsTemplates: true,
    async cleanup(name) {
      await manager.request("DELETE", `/services/${name}`);
    },
    async close() {
      await strategy.close();
      await world.close();
    },
  };
}
