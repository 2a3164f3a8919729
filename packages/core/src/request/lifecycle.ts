import { z } from "zod";
import { deferred } from "./lazy-schemas.js";

/** Nanoseconds, as in Docker's API. Engines reject durations between 0 and 1 ms. */
const nanoseconds = deferred(() =>
  z
    .number()
    .int("a duration must be a whole number of nanoseconds")
    .min(0, { abort: true, message: "a duration must be at least 0" })
    .refine((duration) => duration === 0 || duration >= 1_000_000, "a duration must be 0, or at least 1 ms (1000000)"),
);
const count = deferred(() => z.number().int("must be a whole number").min(0, "must be at least 0"));

const testSchema = () =>
  z.union(
    [
      z
        .string()
        .min(1, "must not be empty")
        .transform((line) => ["CMD-SHELL", line]),
      z
        .array(z.string())
        .min(1, "must not be empty")
        .refine(
          ([kind, ...rest]) =>
            (kind === "NONE" && rest.length === 0) ||
            (kind === "CMD" && rest.length > 0) ||
            (kind === "CMD-SHELL" && rest.length === 1),
          'expected ["NONE"], ["CMD", ...words] or ["CMD-SHELL", command]',
        ),
    ],
    "expected a shell command, or a list that starts with NONE, CMD or CMD-SHELL",
  );

/** Docker's health check (Engine API, HealthConfig). */
export const healthcheckSchema = deferred(() =>
  z.strictObject({
    Test: testSchema(),
    Interval: nanoseconds.optional(),
    Timeout: nanoseconds.optional(),
    Retries: count.optional(),
    StartPeriod: nanoseconds.optional(),
    /** API 1.44 and later. */
    StartInterval: nanoseconds.optional(),
  }),
);

export type Healthcheck = z.output<typeof healthcheckSchema>;

/** Docker's restart policy for tasks (Engine API, TaskSpec.RestartPolicy). */
export const restartSchema = deferred(() =>
  z.strictObject({
    Condition: z.enum(["none", "on-failure", "any"]).default("any"),
    Delay: nanoseconds.optional(),
    MaxAttempts: count.optional(),
    Window: nanoseconds.optional(),
  }),
);

export type RestartPolicy = z.output<typeof restartSchema>;

export const stopGracePeriodSchema = nanoseconds;

const rollout = () => ({
  Parallelism: count.optional(),
  Delay: nanoseconds.optional(),
  Monitor: nanoseconds.optional(),
  MaxFailureRatio: z.number().min(0).max(1, "MaxFailureRatio must be between 0 and 1").optional(),
  Order: z.enum(["stop-first", "start-first"]).optional(),
});

/** Docker's update settings (Engine API, ServiceSpec.UpdateConfig). */
export const updateConfigSchema = deferred(() =>
  z.strictObject({
    ...rollout(),
    FailureAction: z.enum(["continue", "pause", "rollback"]).optional(),
  }),
);

/** Docker's rollback settings (Engine API, ServiceSpec.RollbackConfig). */
export const rollbackConfigSchema = deferred(() =>
  z.strictObject({
    ...rollout(),
    FailureAction: z.enum(["continue", "pause"]).optional(),
  }),
);

export type UpdateConfig = z.output<typeof updateConfigSchema>;
export type RollbackConfig = z.output<typeof rollbackConfigSchema>;
