import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { ServiceCreateBody } from "../engine-api/service.js";
import { copyDefined } from "../support/copy-defined.js";
import { requireApi, type TranslationContext } from "../api-version.js";

type ModeField = Pick<NormalizedRequest, "mode">;

/** Whether the service is a job: its tasks run to completion. */
export const isJob = ({ mode }: ModeField): boolean =>
  mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode);

/**
 * `mode` to `Mode` of ServiceSpec. Default `{Replicated: {Replicas: 1}}`.
 * @throws DeploymentError `UNSUPPORTED` for jobs below API 1.41.
 */
export function toServiceMode(request: ModeField, context: TranslationContext): Pick<ServiceCreateBody, "Mode"> {
  if (isJob(request)) requireApi(context, "1.41", "mode");
  return { Mode: copyDefined(request.mode ?? { Replicated: { Replicas: 1 } }) };
}
