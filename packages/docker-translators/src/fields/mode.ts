import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { ServiceSpec } from "../bodies/service-spec.js";
import { copyDefined } from "../support/copy-defined.js";
import { requireApi, type TranslationContext } from "../support/require-api.js";

type ModeField = Pick<NormalizedRequest, "mode">;

/** Whether the service is a job: its tasks run to completion. */
export const isJob = ({ mode }: ModeField): boolean =>
  mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode);

/**
 * `mode` to `Mode` of ServiceSpec. Default `{Replicated: {Replicas: 1}}`.
 * @throws DeploymentError `UNSUPPORTED` for jobs below API 1.41.
 */
export function toServiceMode(request: ModeField, context: TranslationContext): Pick<ServiceSpec, "Mode"> {
  if (isJob(request)) requireApi(context, "1.41", "mode");
  return { Mode: copyDefined(request.mode ?? { Replicated: { Replicas: 1 } }) };
}
