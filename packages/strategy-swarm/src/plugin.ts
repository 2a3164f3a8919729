import { defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { createEngine, DOCKER_ENGINE } from "@openfactory/docker-engine";
import { swarmOptionsSchema } from "./options.js";
import { SwarmDeploymentStrategy } from "./strategy.js";

/** The platform `swarm`. An engine that is registered already (`DOCKER_ENGINE`) is used as it is. */
export const plugin = defineStrategyPlugin({
  name: "swarm",
  contractVersion: 1,
  description: "Services of a Docker Swarm",
  options: swarmOptionsSchema,
  register(container, options) {
    if (!container.isRegistered(DOCKER_ENGINE, true)) {
      container.register(DOCKER_ENGINE, { useValue: createEngine(options) });
    }
    container.register(DEPLOYMENT_STRATEGY, { useClass: SwarmDeploymentStrategy });
  },
});
