import {
  DeploymentError,
  type ListOptions,
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type Resource,
  type ResourceKind,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import { DIRECTORY_LABEL, FILE_LABEL, PROJECT_LABEL } from "../model/labels.js";

/** The state of the engine, as far as the strategy can read it. */
export interface Observed {
  /** By service name. */
  readonly services: ReadonlyMap<string, ServiceStatus>;
  /**
   * The versions that unfinished changes left, and that do not end with their service: of another owner than the service, as
   * an interrupted adoption leaves, or without one. See `ServiceStatus.unfinishedVersion`.
   */
  readonly versions: readonly ServiceStatus[];
  /** The services that the strategy can see: all, only those requested by name, or none. */
  readonly sees: "all" | "named" | "nothing";
  /** All services, as the strategy listed them. */
  readonly listed?: readonly ServiceStatus[];
  /** The requested networks, volumes, configs and secrets. */
  readonly resources?: readonly Resource[];
}

export const INSPECT_CONCURRENCY = 8;

/**
 * Reads services: with one listing where the strategy can list, else with one inspection per name.
 * @param options.settings as in `ListOptions`.
 * @param options.project only the named services and those of this project are worth further calls, see
 * `ListOptions.isRelevant`. Default: all are.
 * @param options.isSettled whether nothing more has to be known about a named service, so that a strategy may leave out its
 * settings. Asked only with the whole status. Default: never.
 */
export async function observe(
  strategy: OpenFactoryServiceDeploymentStrategy,
  names: readonly string[],
  { project, isSettled, ...options }: ObserveOptions = {},
): Promise<Observed> {
  if (supports(strategy, "list")) {
    const { settings = false, ...more } = options;
    const listed = await strategy.list({
      ...more,
      settings: settings && supports(strategy, "settings"),
      ...(project !== undefined && { isRelevant: isRelevantTo(project, names, isSettled) }),
    });
    return { ...splitVersions(listed), sees: "all", listed };
  }
  if (supports(strategy, "inspect")) {
    const found = await mapLimit(INSPECT_CONCURRENCY, names, (name) => observeOne(strategy, name, options));
    return { ...splitVersions(found.filter((service) => service !== undefined)), sees: "named" };
  }
  return { services: new Map(), versions: [], sees: "nothing" };
}

/** Separates the services of a listing from the versions that have another owner or no service. */
export function splitVersions(listed: readonly ServiceStatus[]): Pick<Observed, "services" | "versions"> {
  const versions = listed.flatMap((status): ServiceStatus[] => {
    if (status.versionOf !== undefined) return [status];
    const { unfinishedVersion: version, labels } = status;
    return version === undefined || hasSameOwner(labels, version.labels) ? [] : [version];
  });
  return { services: byName(listed.filter(({ versionOf }) => versionOf === undefined)), versions };
}

const hasSameOwner = (a: ServiceStatus["labels"], b: ServiceStatus["labels"]): boolean =>
  [PROJECT_LABEL, FILE_LABEL, DIRECTORY_LABEL].every((label) => a[label] === b[label]);

interface ObserveOptions extends Pick<ListOptions, "signal" | "settings" | "instances"> {
  project?: string;
  isSettled?: (status: ServiceStatus) => boolean;
}

function isRelevantTo(
  project: string,
  names: readonly string[],
  isSettled: ObserveOptions["isSettled"],
): NonNullable<ListOptions["isRelevant"]> {
  const named = new Set(names);
  return (service) => {
    const { name, labels, settings } = service;
    if (!named.has(name)) return labels[PROJECT_LABEL] === project;
    return settings === undefined || isSettled?.(service as ServiceStatus) !== true;
  };
}

/**
 * Reads one service, with its settings where the strategy can read them. The strategy must support `list` or `inspect`.
 * @returns undefined if no service has that name.
 */
export async function observeOne(
  strategy: OpenFactoryServiceDeploymentStrategy,
  name: string,
  { signal }: OperationOptions = {},
): Promise<ServiceStatus | undefined> {
  if (!supports(strategy, "inspect"))
    return (await observe(strategy, [name], { signal, settings: true })).services.get(name);
  try {
    return await strategy.inspect(name, { signal });
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}

export const canObserve = (strategy: OpenFactoryServiceDeploymentStrategy): boolean =>
  supports(strategy, "list") || supports(strategy, "inspect");

/** A status for plans, reports and events: settings contain values of `env`. */
export function withoutSettings(status: ServiceStatus): ServiceStatus {
  const { settings: _, unmappedSettings: _unmapped, unfinishedVersion: _version, previous, ...rest } = status;
  if (previous === undefined) return rest;
  const { settings: _previous, ...version } = previous;
  return { ...rest, previous: version };
}

const byName = (services: readonly ServiceStatus[]): Map<string, ServiceStatus> =>
  new Map(services.map((service) => [service.name, service]));

/**
 * Reads the resources of every kind that the project declares, and networks if an app joins one, with one call for each
 * kind. `plan` and `up` make the same calls, so both see the same. Resources of another orchestrator are included,
 * because their names are in use.
 * @param options.all include the kinds that the project does not declare.
 * @returns undefined if there is nothing to read.
 */
export async function observeResources(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps, resources }: CheckedProject,
  { all, signal }: OperationOptions & { all: boolean },
): Promise<Resource[] | undefined> {
  if (!supports(strategy, "resources")) return undefined;
  if (all) return strategy.listResources({ signal, foreign: true });
  const kinds = new Set<ResourceKind>(resources.map(({ spec }) => spec.kind));
  const joins = apps.some(({ request: { networks = [] } }) => networks.length > 0);
  if (joins && strategy.resourceKinds.includes("network")) kinds.add("network");
  return kinds.size === 0 ? undefined : strategy.listResources({ signal, kinds: [...kinds], foreign: true });
}
