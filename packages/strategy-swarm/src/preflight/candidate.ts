import type { NormalizedRequest, PreflightProblem } from "@openfactory/deploy-core";

/** A request that is about to be deployed, or to which a service is about to be updated. */
export interface Candidate {
  readonly request: NormalizedRequest;
  readonly updates: boolean;
}

export const problem = ({ request }: Candidate, found: Omit<PreflightProblem, "service">): PreflightProblem => ({
  ...found,
  service: request.name,
});

/** How many tasks of a request run at the same time; of a global one, one at least. */
export function tasksOf({ mode = { Replicated: { Replicas: 1 } } }: NormalizedRequest): number {
  if ("Replicated" in mode) return mode.Replicated.Replicas;
  if ("ReplicatedJob" in mode) return mode.ReplicatedJob.MaxConcurrent ?? 1;
  return 1;
}
