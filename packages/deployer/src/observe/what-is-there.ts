import type { OpenFactoryServiceDeploymentStrategy, OperationOptions, ServiceStatus } from "@openfactory/deploy-core";
import type { AppNow } from "../apply/up-report.js";
import { canTellOwners } from "../ownership/can-tell.js";
import { RUN_LABEL } from "../ownership/labels.js";
import { observeOne } from "./observe.js";

/** What is there by a service's name once a run has tried to change it. */
export interface There {
  readonly now: AppNow;
  readonly status?: ServiceStatus;
}

/**
 * Looks whether a service is as the run made it, as it was before, or not there: what a run makes carries its id.
 * `unknown` where the strategy can't tell.
 * @throws DeploymentError `ENGINE_UNREACHABLE`, `TIMEOUT`, ...
 */
export async function look(
  strategy: OpenFactoryServiceDeploymentStrategy,
  service: string,
  run: string,
  options: OperationOptions,
): Promise<There> {
  if (!canTellOwners(strategy)) return { now: "unknown" };
  const status = await observeOne(strategy, service, options);
  if (status === undefined) return { now: "nothing" };
  return { now: status.labels[RUN_LABEL] === run ? "desired" : "before", status };
}

/** As {@link look}; where the engine does not answer, `unknown` too. */
export async function whatIsThere(...where: Parameters<typeof look>): Promise<There> {
  try {
    return await look(...where);
  } catch {
    return { now: "unknown" };
  }
}
