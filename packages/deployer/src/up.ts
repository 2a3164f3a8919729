import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { applyUp } from "./apply/apply-up.js";
import type { UpOptions } from "./apply/up-options.js";
import type { UpReport } from "./apply/up-report.js";
import { checkApps } from "./check/check-apps.js";
import { checkRequests } from "./check/check-requests.js";
import type { DesiredProject } from "./desired.js";
import { observe } from "./observe/observe.js";
import { planUp } from "./plan/plan-up.js";

/**
 * Brings up every app of a project: checks all, looks once at what is there, plans, and applies.
 * @returns what became of each app: failures are in the report.
 * @throws DeploymentError before anything was touched: `INVALID_REQUEST`, `UNSUPPORTED`, `CONFLICT`,
 * `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, `ABORTED`, ...
 */
export async function up(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: UpOptions = {},
): Promise<UpReport> {
  checkApps(desired.apps);
  const warnings = checkRequests(desired.apps, strategy, options);
  const names = desired.apps.map(({ service }) => service);
  const plan = planUp(strategy.manifest.name, desired, await observe(strategy, names, { signal: options.signal }));
  options.observer?.({ type: "plan", plan });
  return applyUp(strategy, desired, plan, options, warnings);
}
