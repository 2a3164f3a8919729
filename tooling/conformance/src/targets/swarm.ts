import { createEngine } from "@openfactory/docker-engine";
import { endingWith, logIn, probedNodes, serviceTarget } from "@openfactory/docker-probes";
import type { ContractTargetModule } from "@openfactory/strategy-contract-tests";
import { SwarmDeploymentStrategy } from "@openfactory/strategy-swarm";
import { createSwarm } from "@openfactory/swarm-harness";
import { RawEngine, TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { engineDetails } from "./engine-details.js";
import { ownImplementation } from "./own-implementation.js";

const NODES = 3;

/** A swarm of three nodes, each in a container. */
export default {
  name: "swarm",
  implementation: ownImplementation("strategy-swarm"),
  factory: async () => {
    const swarm = await createSwarm({ nodes: NODES, engine: "28.5", images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
    const host = swarm.managers[0]?.host ?? "";
    const login = logIn();
    const strategy = new SwarmDeploymentStrategy(createEngine({ host, env: login.env }));
    const target = serviceTarget(strategy, probedNodes(swarm.nodes), swarm.gateway);
    const engine = await engineDetails(new RawEngine(host), `Docker Swarm of ${NODES} nodes`);
    return endingWith({ ...target, engine }, login.end, () => swarm.down());
  },
} satisfies ContractTargetModule;
