import { createEngine as connect } from "@openfactory/docker-engine";
import { endingWith, podmanTarget } from "@openfactory/docker-probes";
import type { ContractTargetModule } from "@openfactory/strategy-contract-tests";
import { LocalDockerDeploymentStrategy } from "@openfactory/strategy-local-docker";
import { createEngine } from "@openfactory/swarm-harness";
import { TEST_ENTRYPOINT_IMAGE, TEST_IMAGE } from "@openfactory/test-engine";
import { podmanDifferences } from "../../../../apps/swarm-harness/tests/local-docker/podman-differences.support.js";
import { engineDetails } from "./engine-details.js";
import { ownImplementation } from "./own-implementation.js";

const VERSION = "podman-5.4";

/** Local Docker on Podman, in a separate container. */
export default {
  name: "docker on Podman",
  implementation: ownImplementation("strategy-local-docker"),
  options: { differs: podmanDifferences[VERSION] },
  factory: async () => {
    const node = await createEngine({ engine: VERSION, images: [TEST_IMAGE, TEST_ENTRYPOINT_IMAGE] });
    const strategy = new LocalDockerDeploymentStrategy(connect({ host: node.host }));
    const target = podmanTarget(strategy, node.api, { published: node.address, registry: node.gateway });
    return endingWith({ ...target, engine: await engineDetails(node.api, "Podman") }, () => node.down());
  },
} satisfies ContractTargetModule;
