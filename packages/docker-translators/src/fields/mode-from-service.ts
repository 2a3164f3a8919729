import type { ServiceMode, ServiceSettings } from "@openfactory/deploy-core";
import type { AnsweredMode } from "../engine-api/service.js";

/** `Mode` of ServiceSpec to `mode`; one replica, as without a mode, is left out. */
export function fromServiceMode(mode: AnsweredMode | null | undefined): Pick<ServiceSettings, "mode"> {
  if (mode?.Global) return { mode: { Global: {} } };
  if (mode?.GlobalJob) return { mode: { GlobalJob: {} } };
  if (mode?.ReplicatedJob) return { mode: { ReplicatedJob: jobSize(mode.ReplicatedJob) } };
  const Replicas = mode?.Replicated?.Replicas ?? 1;
  return Replicas === 1 ? {} : { mode: { Replicated: { Replicas } } };
}

type JobSize = Extract<ServiceMode, { ReplicatedJob: unknown }>["ReplicatedJob"];

/** One task at a time, and as many completions as tasks at a time, are what the engine fills in. */
function jobSize({ MaxConcurrent = 1, TotalCompletions = MaxConcurrent }: JobSize): JobSize {
  return {
    ...(MaxConcurrent !== 1 && { MaxConcurrent }),
    ...(TotalCompletions !== MaxConcurrent && { TotalCompletions }),
  };
}

/** Whether a service is a job: its tasks run to completion. */
export const isJobMode = (mode: AnsweredMode | null | undefined): boolean =>
  Boolean(mode?.ReplicatedJob ?? mode?.GlobalJob);
