import {
  DeploymentError,
  type ListOptions,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type Resource,
  type ResourceKind,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import type { CheckedProject } from "../check/check-project.js";
import { eachBounded } from "../model/concurrency.js";

/** What is there, as far as the strategy can see. */
export interface Observed {
  /** By service name. */
  readonly services: ReadonlyMap<string, ServiceStatus>;
  /** `all`: every service; `named`: only those that were asked for by name; `nothing`: the strategy can't look. */
  readonly sees: "all" | "named" | "nothing";
  /** All of them, as the strategy listed them. */
  readonly listed?: readonly ServiceStatus[];
  /** Networks, volumes, configs and secrets, as far as they were asked for. */
  readonly resources?: readonly Resource[];
}

export const INSPECTIONS_AT_ONCE = 8;

/**
 * One listing where the strategy can list, else one inspection per name.
 * @param options.settings as in `ListOptions`.
 */
export async function observe(
  strategy: OpenFactoryServiceDeploymentStrategy,
  names: readonly string[],
  options: Pick<ListOptions, "signal" | "settings" | "instances"> = {},
): Promise<Observed> {
  if (supports(strategy, "list")) {
    const { settings = false, ...more } = options;
    const asked = { ...more, settings: settings && supports(strategy, "settings") };
    const listed = await strategy.list(asked);
    return { services: byName(listed), sees: "all", listed };
  }
  if (supports(strategy, "inspect")) {
    const found = await eachBounded(INSPECTIONS_AT_ONCE, names, (name) => observeOne(strategy, name, options));
    return { services: byName(found.filter((service) => service !== undefined)), sees: "named" };
  }
  return { services: new Map(), sees: "nothing" };
}

/**
 * One service as it is now, with its settings where the strategy can tell them; undefined: there is none.
 * The strategy must be able to look.
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

export const canLook = (strategy: OpenFactoryServiceDeploymentStrategy): boolean =>
  supports(strategy, "list") || supports(strategy, "inspect");

/** As it is told to others: settings hold values of `env`. */
export function withoutSettings(status: ServiceStatus): ServiceStatus {
  const { settings: _, ...rest } = status;
  return rest;
}

const byName = (services: readonly ServiceStatus[]): Map<string, ServiceStatus> =>
  new Map(services.map((service) => [service.name, service]));

/**
 * The resources on the engine: of every kind that the project declares, and networks where an app joins one. One call for
 * each kind, which `plan` and `up` make alike, so that both see the same. Those of another orchestrator are among them: their
 * names are in use.
 * @param options.all kinds that the project does not declare, too.
 * @returns undefined: nothing has to be asked.
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
