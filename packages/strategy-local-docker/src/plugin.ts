import { CONTRACT_VERSION, defineStrategyPlugin, DEPLOYMENT_STRATEGY, environmentOf } from "@openfactory/deploy-core";
import { createEngine, DOCKER_ENGINE } from "@openfactory/docker-engine";
import { LOCAL_DOCKER_OPTIONS, localDockerOptionsSchema } from "./options.js";
import { LocalDockerDeploymentStrategy } from "./strategy.js";

/** The platform `docker`. It uses the registered `DOCKER_ENGINE`, or else creates an engine from the options. */
export const plugin = defineStrategyPlugin({
  name: "docker",
  contractVersion: CONTRACT_VERSION,
  description: "Containers of one Docker Engine",
  options: localDockerOptionsSchema,
  register(container, options) {
    if (!container.isRegistered(DOCKER_ENGINE, true)) {
      container.register(DOCKER_ENGINE, { useValue: createEngine({ ...options, env: environmentOf(container) }) });
    }
    container.register(LOCAL_DOCKER_OPTIONS, { useValue: options });
    container.register(DEPLOYMENT_STRATEGY, { useClass: LocalDockerDeploymentStrategy });
  },
});
