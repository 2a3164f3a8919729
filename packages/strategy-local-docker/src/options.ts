import type { InjectionToken } from "tsyringe";
import { z } from "zod";

/** Options of the `docker` platform. */
export const localDockerOptionsSchema = z.strictObject({
  /** The engine, in the format of `DOCKER_HOST`. Default: the same engine as the docker command. */
  host: z.string().optional(),
  /** The name of a docker context. */
  context: z.string().optional(),
  /** Time limit of one call to the engine, in milliseconds. Default 30000. */
  timeoutMs: z.coerce.number().int().positive().optional(),
  /**
   * Runs `mode.Replicated.Replicas` containers, `<name>-1`, `<name>-2`, ..., each with its number after `APP_UUID`.
   * Default false: one container for any `mode`, with a warning.
   */
  emulateReplicas: z
    .union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")], {
      error: "expected true or false",
    })
    .optional(),
});

export type LocalDockerOptions = z.output<typeof localDockerOptionsSchema>;

/** Injects {@link LocalDockerOptions} into the strategy. */
export const LOCAL_DOCKER_OPTIONS: InjectionToken<LocalDockerOptions> = Symbol.for(
  "openfactory.deploy.local-docker-options",
);
