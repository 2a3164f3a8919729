import { CONTRACT_VERSION, defineStrategyPlugin, DEPLOYMENT_STRATEGY, environmentOf } from "@openfactory/deploy-core";
import { createEngine, DOCKER_ENGINE, swarmOptionsShape } from "@openfactory/docker-engine";
import { z } from "zod";
import { SwarmDeploymentStrategy } from "./strategy.js";

/** Options of the platform `swarm`. */
export const swarmOptionsSchema = z.strictObject(swarmOptionsShape);

/** Longer than an election after the loss of the leader, which takes 10 to 25 s. */
const ELECTION_MS = 45_000;

export type SwarmOptions = z.output<typeof swarmOptionsSchema>;

/** The platform `swarm`. Uses the engine that the container has registered as `DOCKER_ENGINE`, if any. */
export const plugin = defineStrategyPlugin({
  name: "swarm",
  contractVersion: CONTRACT_VERSION,
  description: "Services of a Docker Swarm",
  options: swarmOptionsSchema,
  register(container, options) {
    if (!container.isRegistered(DOCKER_ENGINE, true)) {
      const env = environmentOf(container);
      container.register(DOCKER_ENGINE, { useValue: createEngine({ electionMs: ELECTION_MS, ...options, env }) });
    }
    container.register(DEPLOYMENT_STRATEGY, { useClass: SwarmDeploymentStrategy });
  },
});
