import {
  type OpenFactoryServiceDeploymentStrategy,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { eachBounded } from "../bounded.js";
import type { CheckedProject } from "../check/check-project.js";
import { INSPECTIONS_AT_ONCE, type Observed, observeOne, withoutSettings } from "../observe/observe.js";
import { ownerOf } from "../ownership/labels.js";
import { type Ownership, ownershipOf } from "../ownership/ownership.js";
import { findWarnings } from "./find-warnings.js";
import type { Plan, PlannedOrphan, PlannedOther } from "./plan.js";
import { planApp, type PlanContext } from "./plan-app.js";
import type { PlanOptions } from "./plan-options.js";
import { planResources } from "./plan-resources.js";
import { sharedResources } from "./shared-resources.js";
import { staleNetwork } from "./stale-network.js";

/** A plan, and how what it changes was before. */
export interface UpPlan {
  readonly plan: Plan;
  /** By service name; with settings, of those that are to be changed, where they can be told. */
  readonly before: ReadonlyMap<string, ServiceStatus>;
  /** By service name: the settings that it is to have, where they had to be known. */
  readonly after: ReadonlyMap<string, ServiceSettings>;
}

/**
 * Compares what should be with what was observed. Changes nothing; the engine is asked only for what the listing left out
 * of services that are to be changed.
 */
export async function planUp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  observed: Observed,
  options: PlanOptions = {},
): Promise<UpPlan> {
  const { prune = false, volumes = false, strict = false, takeOwnership = false, showEnv = false, signal } = options;
  const { project, apps } = checked;
  const context: PlanContext = {
    strategy,
    scope: checked,
    adopt: new Set(options.adopt),
    takeOwnership,
    showEnv,
    stale: (status, app) => staleNetwork(status, app, observed.resources, checked),
    signal,
  };
  const steps = await eachBounded(INSPECTIONS_AT_ONCE, apps, (app) =>
    planApp(app, observed.services.get(app.app.service), context),
  );
  const planned = steps.map((step) => step.planned);

  const unnamed = unnamedServices(checked, observed);
  const others = unnamed.flatMap(({ status, ownership }) => otherOf(status, ownership));
  const left = await eachBounded(
    INSPECTIONS_AT_ONCE,
    unnamed.flatMap(({ status, ownership }) => (ownership === "ours" ? [status] : [])),
    (status) =>
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

  const shared = sharedResources(checked, others, observed.resources);
  const { resources, warnings } = planResources(
    checked,
    observed.resources ?? [],
    { apps: planned, orphans: plannedOrphans, others },
    {
      prune,
      volumes,
      strict,
      takeOwnership,
      shared,
      rollsBack: supports(strategy, "rollback"),
      platform: strategy.manifest.name,
    },
  );
  const plan = { project, platform: strategy.manifest.name, apps: planned, orphans: plannedOrphans, others, resources };
  return {
    plan: {
      ...plan,
      warnings: [...checked.warnings, ...findWarnings(strategy, checked, plan, shared), ...warnings],
      hasChanges: hasChanges(plan),
    },
    before: byName([...steps.flatMap(({ before }) => before ?? []), ...orphans]),
    after: byName(steps.flatMap(({ after }) => after ?? [])),
  };
}

/** The services that no app of the run's files has, and whose they are. */
const unnamedServices = (
  checked: CheckedProject,
  { services }: Observed,
): { status: ServiceStatus; ownership: Ownership }[] => {
  const wanted = new Set(checked.apps.map(({ app }) => app.service));
  return [...services.values()]
    .filter(({ name }) => !wanted.has(name))
    .map((status) => ({ status, ownership: ownershipOf(status.labels, checked, false) }));
};

function otherOf(status: ServiceStatus, ownership: Ownership): PlannedOther[] {
  const owner = ownerOf(status.labels);
  if (owner === undefined || ownership === "ours" || ownership === "foreign") return [];
  return [{ app: owner.app ?? status.name, service: status.name, ownership, owner, status: withoutSettings(status) }];
}

const byName = <Named extends { name: string }>(all: readonly Named[]): Map<string, Named> =>
  new Map(all.map((one) => [one.name, one]));

const STILL: ReadonlySet<string> = new Set(["unchanged", "keep", "conflict"]);

const hasChanges = ({ apps, orphans, resources }: Pick<Plan, "apps" | "orphans" | "resources">): boolean =>
  [...apps, ...orphans, ...resources].some(({ action }) => !STILL.has(action));
