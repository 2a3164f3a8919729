import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { withRedaction } from "../model/errors.js";
import type { Plan } from "../model/plan.js";
import type { DesiredProject } from "../model/project.js";
import type { SavedPlan } from "../model/saved-plan.js";
import { comparePlans } from "./compare-plans.js";
import { addFindings, type PlanOptions, prepare, type PreparedPlan } from "./plan.js";
import { assertCanCompare, basisOf, reviewed } from "./save-plan.js";

/**
 * Checks a saved plan: plans again with its options, as `up` does before it applies the plan. Changes nothing.
 * @throws DeploymentError `CONFLICT` if the files or the engine differ from the plan; as `plan`.
 */
export async function planSaved(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  saved: SavedPlan,
  options: PlanOptions = {},
): Promise<Plan> {
  const strategy = withRedaction(rawStrategy, desired);
  const prepared = await prepareSaved(strategy, desired, saved, options);
  return options.preflight === false ? prepared.plan : addFindings(strategy, prepared, options);
}

/**
 * As {@link planSaved}, with the data that applying it needs.
 * @throws DeploymentError `CONFLICT` with one issue per difference.
 */
export async function prepareSaved(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  saved: SavedPlan,
  options: PlanOptions,
): Promise<PreparedPlan> {
  assertCanCompare(strategy);
  const { prune, volumes, adopt, takeOwnership, strict } = saved.options;
  const chosen = { prune, volumes, adopt, takeOwnership, strict, refresh: true, showEnv: false };
  const prepared = await prepare(strategy, desired, { ...options, ...chosen });
  const basis = await basisOf(strategy, prepared, saved.basis.salt, { signal: options.signal });
  const issues = comparePlans(saved, { plan: reviewed(prepared.plan), basis });
  const [first] = issues;
  if (first === undefined) return prepared;
  const more = issues.length > 1 ? `; and ${issues.length - 1} more` : "";
  throw new DeploymentError(
    "CONFLICT",
    `The saved plan is out of date: ${first.message}${more}. Nothing was changed.`,
    {
      issues,
      hint: "Make a new plan with `ofdeploy plan --out <file>`, review it, and apply it.",
    },
  );
}
