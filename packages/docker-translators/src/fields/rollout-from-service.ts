import type { RollbackConfig, ServiceSettings, UpdateConfig } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { ServiceCreateBody } from "../engine-api/service.js";
import { copyDefined, hasKeys } from "../support/copy-defined.js";

/** What the swarm does where nothing is said; a `Monitor` of 0 is one that was left out. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  Parallelism: 1,
  Delay: 0,
  FailureAction: "pause",
  Monitor: 5_000_000_000,
  MaxFailureRatio: 0,
  Order: "stop-first",
};

/** The settings of a rollout that are not the swarm's defaults; undefined if all are. */
function settingsOf<Config extends UpdateConfig | RollbackConfig>(
  config: Answered<UpdateConfig> | null | undefined,
): Config | undefined {
  const { Parallelism, Delay, FailureAction, Monitor, MaxFailureRatio, Order } = config ?? {};
  const all = { Parallelism, Delay, FailureAction, Monitor: Monitor || undefined, MaxFailureRatio, Order };
  const own = Object.entries(all).filter(([key, value]) => value !== DEFAULTS[key] && value !== null && value !== "");
  const settings = copyDefined(Object.fromEntries(own));
  return hasKeys(settings) ? (settings as Config) : undefined;
}

/** `UpdateConfig` of ServiceSpec to `updateConfig`. */
export function fromUpdateConfig({
  UpdateConfig,
}: Answered<Pick<ServiceCreateBody, "UpdateConfig">>): Pick<ServiceSettings, "updateConfig"> {
  const updateConfig = settingsOf<UpdateConfig>(UpdateConfig);
  return updateConfig === undefined ? {} : { updateConfig };
}

/** `RollbackConfig` of ServiceSpec to `rollbackConfig`. */
export function fromRollbackConfig({
  RollbackConfig,
}: Answered<Pick<ServiceCreateBody, "RollbackConfig">>): Pick<ServiceSettings, "rollbackConfig"> {
  const rollbackConfig = settingsOf<RollbackConfig>(RollbackConfig);
  return rollbackConfig === undefined ? {} : { rollbackConfig };
}
