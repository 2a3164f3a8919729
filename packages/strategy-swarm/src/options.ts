import { z } from "zod";

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
