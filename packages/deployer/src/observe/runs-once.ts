import type { ServiceStatus } from "@openfactory/deploy-core";

/**
 * Why this version of a service is not to be started again unless that is asked for: it is a job, or its process has run to
 * its end, as a migration does. Undefined: it runs for long.
 */
export function whyNotAgain({ settings, state }: ServiceStatus): string | undefined {
  const { mode } = settings ?? {};
  if (mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode)) return "It is a job";
  return state === "completed" ? "It has run to its end" : undefined;
}
