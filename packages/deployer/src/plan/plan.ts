import {
  DeploymentError,
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  type Resource,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { checkPolicy } from "../check/check-policy.js";
import { type CheckedProject, checkProject } from "../check/check-project.js";
import { findProblems } from "../check/preflight.js";
import { withRedaction } from "../model/errors.js";
import type { Observer } from "../model/events.js";
import { ownerOf } from "../model/labels.js";
import { type Ownership, ownershipOf, servicesOfTwoOwners } from "../model/ownership.js";
import { changesAnything, type Plan, type PlannedOrphan, type PlannedOther } from "../model/plan.js";
import type { DesiredProject } from "../model/project.js";
import {
  INSPECT_CONCURRENCY,
  observe,
  type Observed,
  observeOne,
  observeResources,
  withoutSettings,
} from "../observe/observe.js";
import { assertSettingsKept } from "./adopted-settings.js";
import { findWarnings } from "./findings.js";
import { isSettled, planApp, type PlanContext } from "./plan-app.js";
import { planResources, sharedResources } from "./plan-resources.js";
import { staleNetworkReason } from "./reasons.js";

export interface PlanOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Fail where there would otherwise be a warning. Default false. */
  strict?: boolean;
  /**
   * Read the settings of every service, and all resources of the project. Default true. Costs one more call for each
   * service where the platform's listing does not contain settings.
   */
  refresh?: boolean;
  /** Remove services and resources of the project that are no longer in the file. Default false. */
  prune?: boolean;
  /** With `prune`: remove volumes too, with their data. Default false. */
  volumes?: boolean;
  /** Names of apps whose existing services may be adopted. Default: none. */
  adopt?: readonly string[];
  /**
   * Take ownership of services and resources of the run's files that another file or directory of the same project owns,
   * because a file was renamed or moved, or an app moved to another file. Default false: that is a conflict.
   */
  takeOwnership?: boolean;
  /** Show values of `env` in changes. Default false: they are masked. */
  showEnv?: boolean;
  /** List the instances of services, for their nodes. Default false, which saves calls to the engine. */
  instances?: boolean;
  /** Check the engine for problems that would make a deploy fail, where the platform can. Default true. */
  preflight?: boolean;
}

/** A plan with the data that applying it needs. */
export interface PreparedPlan {
  readonly checked: CheckedProject;
  readonly plan: Plan;
  /** Observed services, by name; with settings if they will change and the strategy can read them. */
  readonly before: ReadonlyMap<string, ServiceStatus>;
  /** Desired settings, by service name, if they were computed. */
  readonly after: ReadonlyMap<string, ServiceSettings>;
  /** The resources of the engine, as far as they were read. */
  readonly observedResources: readonly Resource[];
  /** All that was observed. Kept only if there is something to change, because there can be thousands of services. */
  readonly observed?: Observed;
}

/** Checks a project, observes the engine once, and plans. Changes nothing. */
export async function prepare(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: PlanOptions = {},
): Promise<PreparedPlan> {
  const strategy = withRedaction(rawStrategy, desired);
  const checked = await checkPolicy(strategy, checkProject(desired, strategy, options), { signal: options.signal });
  return planObserved(strategy, checked, await observeProject(strategy, checked, options), options);
}

/**
 * Observes the engine again, and plans again if the services of the project or its resources differ from those of the plan:
 * while a run waits for its lock, another run may complete the changes that the plan saw half done.
 */
export async function prepareAgain(
  strategy: OpenFactoryServiceDeploymentStrategy,
  prepared: PreparedPlan,
  options: PlanOptions,
): Promise<PreparedPlan> {
  const { checked, observed: before } = prepared;
  const observed = await observeProject(strategy, checked, options);
  const isSame = before !== undefined && describeState(checked, before) === describeState(checked, observed);
  return isSame ? { ...prepared, observed } : planObserved(strategy, checked, observed, options);
}

async function observeProject(
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  options: PlanOptions,
): Promise<Observed> {
  const { refresh = true, prune = false, instances = false, signal } = options;
  const { project } = checked;
  const names = checked.apps.map(({ app }) => app.service);
  const byService = new Map(checked.apps.map((app) => [app.app.service, app]));
  const context = planContext(strategy, checked, options);
  const isKnown = (status: ServiceStatus): boolean => {
    const app = byService.get(status.name);
    return app !== undefined && isSettled(status, app, context);
  };
  const [observed, resources] = await Promise.all([
    observe(strategy, names, { signal, settings: refresh, instances, project, isSettled: isKnown }),
    observeResources(strategy, checked, { all: refresh || prune, signal }),
  ]);
  return { ...observed, ...(resources && { resources }) };
}

/** @param resources the resources of the engine. Default: not known yet. */
const planContext = (
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  { adopt, takeOwnership = false, showEnv = false, signal }: PlanOptions,
  resources?: readonly Resource[],
): PlanContext => ({
  strategy,
  scope: checked,
  adopt: new Set(adopt),
  takeOwnership,
  showEnv,
  networkReason: (status, app) => staleNetworkReason(status, app, resources, checked),
  signal,
});

/** The observed state on which a plan depends, as text: the services with the names of apps or of the project, and resources. */
function describeState({ project, apps }: CheckedProject, { services, versions, resources = [] }: Observed): string {
  const names = new Set(apps.map(({ app }) => app.service));
  const relevant = [...services.values(), ...versions].filter(
    ({ name, labels }) => names.has(name) || ownerOf(labels)?.project === project,
  );
  const sorted = [relevant, resources].map((all) => all.map((one) => JSON.stringify(one)).sort());
  return JSON.stringify(sorted);
}

async function planObserved(
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  observed: Observed,
  options: PlanOptions,
): Promise<PreparedPlan> {
  const planned = await planUp(strategy, checked, observed, options);
  options.observer?.({ type: "plan", plan: planned.plan });
  return {
    checked,
    ...planned,
    observedResources: observed.resources ?? [],
    ...(planned.plan.hasChanges && { observed }),
  };
}

/**
 * Plans what `up` would change in a project, field by field, and finds problems that would make it fail. Changes nothing.
 * @returns a plan that can have conflicts, with which `up` would fail.
 * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, `ABORTED`; where
 * an app's pull policy asks a registry for its digest, `IMAGE_NOT_FOUND` and `UNAUTHORIZED`; ...
 */
export async function plan(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: PlanOptions = {},
): Promise<Plan> {
  const prepared = await prepare(strategy, desired, options);
  return options.preflight === false ? prepared.plan : addFindings(withRedaction(strategy, desired), prepared, options);
}

/** Adds the problems that the preflight finds. A preflight that fails is a warning, because the plan is valid without it. */
export async function addFindings(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { plan, checked, observed }: PreparedPlan,
  { signal }: PlanOptions,
): Promise<Plan> {
  try {
    const findings = await findProblems(strategy, plan, checked.apps, { signal, listed: observed?.listed });
    return findings === undefined ? plan : { ...plan, findings };
  } catch (error) {
    if (DeploymentError.isInstance(error, "ABORTED")) throw error;
    const message = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const reason = `The check for problems that would make \`up\` fail did not complete: ${message}`;
    return { ...plan, warnings: [...plan.warnings, { code: "PREFLIGHT_FAILED", reason }] };
  }
}

/**
 * Compares the desired with the observed state. Changes nothing. Asks the engine only for data that the listing lacks about
 * services that will change.
 */
async function planUp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  checked: CheckedProject,
  observed: Observed,
  options: PlanOptions = {},
): Promise<Pick<PreparedPlan, "plan" | "before" | "after">> {
  const { prune = false, volumes = false, strict = false, takeOwnership = false, signal } = options;
  const { project, apps } = checked;
  const context = planContext(strategy, checked, options, observed.resources);
  const compared = await mapLimit(INSPECT_CONCURRENCY, apps, (app) =>
    planApp(app, observed.services.get(app.app.service), context),
  );
  const planned = compared.map((app) => app.planned);
  if (strict) assertSettingsKept(planned);

  const unnamed = unnamedServices(checked, observed);
  const others = unnamed.flatMap(({ status, ownership }) => otherOf(status, ownership));
  const created = new Set(planned.flatMap(({ action, service }) => (action === "create" ? [service] : [])));
  const observedOrphans = await mapLimit(
    INSPECT_CONCURRENCY,
    unnamed.flatMap(({ status, ownership }) => (ownership === "ours" ? [status] : [])),
    (status) =>
      prune && status.versionOf === undefined && status.settings === undefined && supports(strategy, "settings")
        ? observeOne(strategy, status.name, { signal })
        : Promise.resolve(status),
  );
  const orphans = observedOrphans.filter((status) => status !== undefined);
  const ofTwoOwners = servicesOfTwoOwners(observed.versions, checked);
  const plannedOrphans = orphans.map((status): PlannedOrphan => ({
    app: (status.versionOf === undefined ? ownerOf(status.labels)?.app : undefined) ?? status.name,
    service: status.name,
    // Beside a new service, the rest of an earlier one would stay without a service.
    action: prune || created.has(status.versionOf ?? "") ? "remove" : "keep",
    ...(ofTwoOwners.has(status.name) && { restoresEarlier: true as const }),
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
      canRollBack: supports(strategy, "rollback"),
      platform: strategy.manifest.name,
    },
  );
  const plan = { project, platform: strategy.manifest.name, apps: planned, orphans: plannedOrphans, others, resources };
  return {
    plan: {
      ...plan,
      warnings: [...checked.warnings, ...findWarnings(strategy, checked, plan, shared), ...warnings],
      hasChanges: changesAnything([...plan.apps, ...plan.orphans, ...plan.resources]),
    },
    before: byName([...compared.flatMap(({ before }) => before ?? []), ...orphans]),
    after: byName(compared.flatMap(({ after }) => after ?? [])),
  };
}

/**
 * The services that belong to no app of the run's files, and versions that the run's changes do not end. A run for some apps
 * considers only the versions of apps.
 */
const unnamedServices = (
  checked: CheckedProject,
  { services, versions }: Observed,
): { status: ServiceStatus; ownership: Ownership }[] => {
  const wanted = new Set(checked.apps.map(({ app }) => app.service));
  const unnamed = checked.isPartial ? [] : [...services.values()].filter(({ name }) => !wanted.has(name));
  const left = versions.filter(({ versionOf = "" }) =>
    // An update of an existing service ends its unfinished changes.
    wanted.has(versionOf) ? !services.has(versionOf) : !checked.isPartial,
  );
  return [...unnamed, ...left].map((status) => ({ status, ownership: ownershipOf(status.labels, checked, false) }));
};

function otherOf(status: ServiceStatus, ownership: Ownership): PlannedOther[] {
  const owner = ownerOf(status.labels);
  if (owner === undefined || ownership === "ours" || ownership === "foreign") return [];
  return [{ app: owner.app ?? status.name, service: status.name, ownership, owner, status: withoutSettings(status) }];
}

const byName = <Named extends { name: string }>(all: readonly Named[]): Map<string, Named> =>
  new Map(all.map((one) => [one.name, one]));
