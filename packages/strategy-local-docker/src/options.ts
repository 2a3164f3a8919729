import { engineOptionsShape } from "@openfactory/docker-engine";
import type { InjectionToken } from "tsyringe";
import { z } from "zod";

/** Options of the `docker` platform. */
export const localDockerOptionsSchema = z.strictObject({
  ...engineOptionsShape,
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
