import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import type { ServiceCreateBody } from "../engine-api/service.js";
import { copyDefined } from "../support/copy-defined.js";
import type { TranslationContext } from "../api-version.js";
import { isJob } from "./mode.js";

/**
 * One task at a time, Swarm's own default, is sent where `Parallelism` is left out: in a section that is there, the
 * engine takes a missing number for 0, which is all tasks at once.
 */
const DEFAULTS = { Parallelism: 1 };

/**
 * `updateConfig` to `UpdateConfig` of ServiceSpec. Durations are nanoseconds. Left out, Swarm's defaults.
 * @throws DeploymentError `INVALID_REQUEST` for a job: it has no updates.
 */
export function toUpdateConfig(
  request: Pick<NormalizedRequest, "updateConfig" | "mode">,
  context: Pick<TranslationContext, "service">,
): Pick<ServiceCreateBody, "UpdateConfig"> {
  if (request.updateConfig === undefined) return {};
  if (isJob(request)) {
    throw new DeploymentError("INVALID_REQUEST", `Job ${context.service} can't have an updateConfig.`, {
      service: context.service,
      field: "updateConfig",
      hint: "Leave updateConfig out: a job's tasks run to completion and are not updated.",
    });
  }
  return { UpdateConfig: { ...DEFAULTS, ...copyDefined(request.updateConfig) } };
}

/** `rollbackConfig` to `RollbackConfig` of ServiceSpec. Durations are nanoseconds. Left out, Swarm's defaults. */
export const toRollbackConfig = ({
  rollbackConfig,
}: Pick<NormalizedRequest, "rollbackConfig">): Pick<ServiceCreateBody, "RollbackConfig"> =>
  rollbackConfig === undefined ? {} : { RollbackConfig: { ...DEFAULTS, ...copyDefined(rollbackConfig) } };
