import type { OpenFactoryServiceDeploymentStrategy, ServiceStatus } from "@openfactory/deploy-core";
import { type CheckedProject, checkProject } from "../check/check-project.js";
import type { DesiredProject } from "../desired.js";
import { observe } from "../observe/observe.js";
import { observeResources } from "../observe/observe-resources.js";
import type { Plan } from "./plan.js";
import type { PlanOptions } from "./plan-options.js";
import { planUp, type UpPlan } from "./plan-up.js";
import { guarded } from "../secrecy.js";

/** A project that was checked, looked at, and compared. */
export interface Prepared extends UpPlan {
  readonly checked: CheckedProject;
  /** What was seen, for who looks next: of thousands of services, only where there is something to do. */
  readonly listed?: readonly ServiceStatus[];
}

/** Checks all, looks once at what is there, and plans. Changes nothing. */
export async function prepare(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: PlanOptions = {},
): Promise<Prepared> {
  const { observer, refresh = true, prune = false, signal } = options;
  const strategy = guarded(unguarded, desired);
  const checked = checkProject(desired, strategy, options);
  const names = checked.apps.map(({ app }) => app.service);
  const [observed, resources] = await Promise.all([
    observe(strategy, names, { signal, settings: refresh, instances: false }),
    observeResources(strategy, checked, { all: refresh || prune, signal }),
  ]);
  const planned = await planUp(strategy, checked, { ...observed, ...(resources && { resources }) }, options);
  observer?.({ type: "plan", plan: planned.plan });
  return { checked, ...planned, ...(planned.plan.hasChanges && { listed: observed.listed }) };
}

/**
 * What `up` would do to a project, field by field. Changes nothing.
 * @returns a plan that may hold conflicts: `up` would refuse it.
 * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, `ABORTED`; where
 * an app's pull policy asks a registry for its digest, `IMAGE_NOT_FOUND` and `UNAUTHORIZED`; ...
 */
export async function plan(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: PlanOptions = {},
): Promise<Plan> {
  return (await prepare(strategy, desired, options)).plan;
}
