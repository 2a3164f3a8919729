import type { InjectionToken } from "tsyringe";
import { z } from "zod";

/** Options of the `docker` platform. */
export const localDockerOptionsSchema = z.strictObject({
  /** The engine, as in `DOCKER_HOST`. Default: as the docker command finds it. */
  host: z.string().optional(),
  /** A docker context. */
  context: z.string().optional(),
  /** Time limit of one call to the engine, in milliseconds. Default 30000. */
  timeoutMs: z.coerce.number().int().positive().optional(),
  /**
   * Runs `mode.Replicated.Replicas` containers, `<name>-1`, `<name>-2`, ..., each with its number after `APP_UUID`.
   * Default false: one container whatever `mode` says, with a warning.
   */
  emulateReplicas: z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]).optional(),
});

export type LocalDockerOptions = z.output<typeof localDockerOptionsSchema>;

/** Injects {@link LocalDockerOptions} into the strategy. */
export const LOCAL_DOCKER_OPTIONS: InjectionToken<LocalDockerOptions> = Symbol.for(
  "openfactory.deploy.local-docker-options",
);
