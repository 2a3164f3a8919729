import { z } from "zod";

/**
 * Service names: 2 to 63 letters, digits, `-` and `_`, a letter or digit first and last.
 * This is what Docker containers and Swarm services both take, so that a name means the same on either.
 */
export const nameSchema = z
  .string()
  .min(2, "a service name has at least 2 characters")
  .max(63, "a service name has at most 63 characters")
  .regex(
    /^[a-zA-Z0-9](?:[a-zA-Z0-9_-]*[a-zA-Z0-9])?$/,
    "a service name is made of letters, digits, - and _, with a letter or digit first and last",
  );

/** Whether `name` can be a service's name at all. */
export const isServiceName = (name: unknown): name is string => nameSchema.safeParse(name).success;
