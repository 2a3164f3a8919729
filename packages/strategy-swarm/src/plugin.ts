import { defineStrategyPlugin, DEPLOYMENT_STRATEGY } from "@openfactory/deploy-core";
import { createEngine, DOCKER_ENGINE } from "@openfactory/docker-engine";
import { z } from "zod";
import { SwarmDeploymentStrategy } from "./strategy.js";

/** Options of the `swarm` platform. */
export const swarmOptionsSchema = z.strictObject({
  /** A manager's engine, as in `DOCKER_HOST`. Default: as the docker command finds it. */
  host: z.string().optional(),
  /** A docker context. */
  context: z.string().optional(),
  /** Time limit of one call to the engine, in milliseconds. Default 30000. */
  timeoutMs: z.coerce.number().int().positive().optional(),
});

export type SwarmOptions = z.output<typeof swarmOptionsSchema>;

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
