import type { NormalizedRequest, ServiceMode, ServiceSettings } from "@openfactory/deploy-core";
import { requireApi, type TranslationContext } from "../api-version.js";
import type { AnsweredMode, ServiceCreateBody } from "../engine-api/service-types.js";
import { copyDefined } from "../plain-data.js";

type ModeField = Pick<NormalizedRequest, "mode">;

/** Whether a request is for a job: its tasks run to completion. */
export const isJob = ({ mode }: ModeField): boolean =>
  mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode);

/** Whether a service is a job: its tasks run to completion. */
export const isJobMode = (mode: AnsweredMode | null | undefined): boolean =>
  Boolean(mode?.ReplicatedJob ?? mode?.GlobalJob);

/**
 * `mode` to `Mode` of ServiceSpec. Default: `{Replicated: {Replicas: 1}}`.
 * @throws DeploymentError `UNSUPPORTED` for jobs below API 1.41.
 */
export function toServiceMode(request: ModeField, context: TranslationContext): Pick<ServiceCreateBody, "Mode"> {
  if (isJob(request)) requireApi(context, "1.41", "mode");
  return { Mode: copyDefined(request.mode ?? { Replicated: { Replicas: 1 } }) };
}

/** `Mode` of ServiceSpec to `mode`, without the default of one replica. */
export function fromServiceMode(mode: AnsweredMode | null | undefined): Pick<ServiceSettings, "mode"> {
  if (mode?.Global) return { mode: { Global: {} } };
  if (mode?.GlobalJob) return { mode: { GlobalJob: {} } };
  if (mode?.ReplicatedJob) return { mode: { ReplicatedJob: jobSize(mode.ReplicatedJob) } };
  const Replicas = mode?.Replicated?.Replicas ?? 1;
  return Replicas === 1 ? {} : { mode: { Replicated: { Replicas } } };
}

type JobSize = Extract<ServiceMode, { ReplicatedJob: unknown }>["ReplicatedJob"];

/** Without the engine's defaults: one task at a time, and as many completions as tasks at a time. */
function jobSize({ MaxConcurrent = 1, TotalCompletions = MaxConcurrent }: JobSize): JobSize {
  return {
    ...(MaxConcurrent !== 1 && { MaxConcurrent }),
    ...(TotalCompletions !== MaxConcurrent && { TotalCompletions }),
  };
}
