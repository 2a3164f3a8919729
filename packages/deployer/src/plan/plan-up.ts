import {
  type OpenFactoryServiceDeploymentStrategy,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { eachBounded } from "../bounded.js";
import type { CheckedProject } from "../check/check-project.js";
import { INSPECTIONS_AT_ONCE, type Observed, observeOne, withoutSettings } from "../observe/observe.js";
import { observeResources } from "../observe/observe-resources.js";
import { ownerOf } from "../ownership/labels.js";
import { findWarnings } from "./find-warnings.js";
import type { Plan, PlannedOrphan } from "./plan.js";
import { planApp, type PlanContext } from "./plan-app.js";
import type { PlanOptions } from "./plan-options.js";
import { allUnchanged, planResources } from "./plan-resources.js";

/** A plan, and how what it changes was before. */
export interface UpPlan {
  readonly plan: Plan;
  /** By service name; with settings, of those that are to be changed, where they can be told. */
  readonly before: ReadonlyMap<string, ServiceStatus>;
  /** By service name: the settings that it is to have, where they had to be known. */
  readonly after: ReadonlyMap<string, ServiceSettings>;
}

/**
 * Compares what should be with what is there. Changes nothing; the engine is asked only for what the listing left out of
 * services that are to be changed, and for resources.
 */
export async function planUp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  observed: Observed,
  options: PlanOptions = {},
): Promise<UpPlan> {
  const { prune = false, volumes = false, refresh = true, showEnv = false, signal } = options;
  const { project, apps } = checked;
  const context: PlanContext = { strategy, project, adopt: new Set(options.adopt), showEnv, signal };
  const steps = await eachBounded(INSPECTIONS_AT_ONCE, apps, (app) =>
    planApp(app, observed.services.get(app.app.service), context),
  );
  const planned = steps.map((step) => step.planned);

  const left = await eachBounded(INSPECTIONS_AT_ONCE, orphansOf(checked, observed), (status) =>
    prune && status.settings === undefined && supports(strategy, "settings")
      ? observeOne(strategy, status.name, { signal })
      : Promise.resolve(status),
  );
  const orphans = left.filter((status) => status !== undefined);
  const plannedOrphans = orphans.map((status): PlannedOrphan => ({
    app: ownerOf(status.labels)?.app ?? status.name,
    service: status.name,
    action: prune ? "remove" : "keep",
    status: withoutSettings(status),
  }));

  const listed = await observeResources(strategy, checked, planned, { all: refresh || prune, signal });
  const resources =
    listed === undefined
      ? allUnchanged(checked.resources)
      : planResources(checked, listed, { apps: planned, orphans: plannedOrphans }, {
          prune,
          volumes,
          rollsBack: supports(strategy, "rollback"),
        });
  const plan = { project, platform: strategy.manifest.name, apps: planned, orphans: plannedOrphans, resources };
  return {
    plan: { ...plan, warnings: [...checked.warnings, ...findWarnings(strategy, checked, plan)], hasChanges: hasChanges(plan) },
    before: byName([...steps.flatMap(({ before }) => before ?? []), ...orphans]),
    after: byName(steps.flatMap(({ after }) => after ?? [])),
  };
}

const orphansOf = ({ project, apps }: CheckedProject, { services }: Observed): ServiceStatus[] => {
  const wanted = new Set(apps.map(({ app }) => app.service));
  return [...services.values()].filter(({ name, labels }) => !wanted.has(name) && ownerOf(labels)?.project === project);
};

const byName = <Named extends { name: string }>(all: readonly Named[]): Map<string, Named> =>
  new Map(all.map((one) => [one.name, one]));

const STILL: ReadonlySet<string> = new Set(["unchanged", "keep", "conflict"]);

const hasChanges = ({ apps, orphans, resources }: Pick<Plan, "apps" | "orphans" | "resources">): boolean =>
  [...apps, ...orphans, ...resources].some(({ action }) => !STILL.has(action));
