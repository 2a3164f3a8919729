import {
  DeploymentError,
  type NormalizedRequest,
  type RollbackConfig,
  type ServiceSettings,
  type UpdateConfig,
} from "@openfactory/deploy-core";
import type { TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type { ServiceCreateBody } from "../engine-api/service-types.js";
import { copyDefined, hasKeys } from "../plain-data.js";
import { isJob } from "./mode.js";

/** Swarm's defaults. A `Monitor` of 0 is the same as none. */
const DEFAULTS = {
  Parallelism: 1,
  Delay: 0,
  FailureAction: "pause",
  Monitor: 5_000_000_000,
  MaxFailureRatio: 0,
  Order: "stop-first",
};

/**
 * `Parallelism` is always sent: in a section that is there, the engine reads a missing number as 0, which means all tasks
 * at once.
 */
const ALWAYS_SENT = { Parallelism: DEFAULTS.Parallelism };

/**
 * `updateConfig` to `UpdateConfig` of ServiceSpec. Durations are nanoseconds. Default: Swarm's.
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
      hint: "Remove updateConfig: the tasks of a job run to completion and are not updated.",
    });
  }
  return { UpdateConfig: { ...ALWAYS_SENT, ...copyDefined(request.updateConfig) } };
}

/** `rollbackConfig` to `RollbackConfig` of ServiceSpec. Durations are nanoseconds. Default: Swarm's. */
export const toRollbackConfig = ({
  rollbackConfig,
}: Pick<NormalizedRequest, "rollbackConfig">): Pick<ServiceCreateBody, "RollbackConfig"> =>
  rollbackConfig === undefined ? {} : { RollbackConfig: { ...ALWAYS_SENT, ...copyDefined(rollbackConfig) } };

/** `UpdateConfig` of ServiceSpec to `updateConfig`. */
export function fromUpdateConfig({
  UpdateConfig,
}: Answered<Pick<ServiceCreateBody, "UpdateConfig">>): Pick<ServiceSettings, "updateConfig"> {
  const updateConfig = withoutDefaults<UpdateConfig>(UpdateConfig);
  return updateConfig === undefined ? {} : { updateConfig };
}

/** `RollbackConfig` of ServiceSpec to `rollbackConfig`. */
export function fromRollbackConfig({
  RollbackConfig,
}: Answered<Pick<ServiceCreateBody, "RollbackConfig">>): Pick<ServiceSettings, "rollbackConfig"> {
  const rollbackConfig = withoutDefaults<RollbackConfig>(RollbackConfig);
  return rollbackConfig === undefined ? {} : { rollbackConfig };
}

function withoutDefaults<Config extends UpdateConfig | RollbackConfig>(
  config: Answered<UpdateConfig> | null | undefined,
): Config | undefined {
  const { Parallelism, Delay, FailureAction, Monitor, MaxFailureRatio, Order } = config ?? {};
  const all = { Parallelism, Delay, FailureAction, Monitor: Monitor || undefined, MaxFailureRatio, Order };
  const changed = Object.entries(all).filter(
    ([key, value]) => value !== DEFAULTS[key as keyof typeof DEFAULTS] && value !== null && value !== "",
  );
  const settings = copyDefined(Object.fromEntries(changed));
  return hasKeys(settings) ? (settings as Config) : undefined;
}
