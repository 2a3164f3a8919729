import {
  type OpenFactoryServiceDeploymentStrategy,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { type CheckedProject, checkProject } from "../check/check-project.js";
import { eachBounded } from "../model/concurrency.js";
import { guarded } from "../model/errors.js";
import type { Observer } from "../model/events.js";
import { ownerOf } from "../model/labels.js";
import { type Ownership, ownershipOf } from "../model/ownership.js";
import type { Plan, PlannedOrphan, PlannedOther } from "../model/plan.js";
import type { DesiredProject } from "../model/project.js";
import {
  INSPECTIONS_AT_ONCE,
  observe,
  type Observed,
  observeOne,
  observeResources,
  withoutSettings,
} from "../observe/observe.js";
import { findWarnings } from "./findings.js";
import { planApp, type PlanContext } from "./plan-app.js";
import { planResources, sharedResources } from "./plan-resources.js";
import { staleNetwork } from "./reasons.js";

export interface PlanOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Refuse what would otherwise be a warning. Default false. */
  strict?: boolean;
  /**
   * Ask for the settings of every service, and for all resources of the project. Default true: costs one more call for
   * each service where the platform's listing does not hold them.
   */
  refresh?: boolean;
  /** Services and resources of the project that the file no longer names are to be removed. Default false. */
  prune?: boolean;
  /** With `prune`: volumes too, and with them their data. Default false. */
  volumes?: boolean;
  /** Apps (by name) whose services may be taken over where somebody else made them. Default: none. */
  adopt?: readonly string[];
  /**
   * Take over what another file (or directory) of the same project owns, where the run's files name it: a file was renamed
   * or moved, or an app has moved from one file to another. Default false: it is a conflict.
   */
  takeOwnership?: boolean;
  /** Show values of `env` in changes. Default false: they are masked. */
  showEnv?: boolean;
}

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
