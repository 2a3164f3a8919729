import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";
import { eachBounded } from "../bounded.js";

/** What is there, as far as the strategy can see. */
export interface Observed {
  /** By service name. */
  readonly services: ReadonlyMap<string, ServiceStatus>;
  /** `all`: every service; `named`: only those that were asked for by name; `nothing`: the strategy can't look. */
  readonly sees: "all" | "named" | "nothing";
}

const INSPECTIONS_AT_ONCE = 8;

/** One listing where the strategy can list, else one inspection per name. */
export async function observe(
  strategy: OpenFactoryServiceDeploymentStrategy,
  names: readonly string[],
  options: OperationOptions = {},
): Promise<Observed> {
  if (supports(strategy, "list")) {
    const services = await strategy.list(options);
    return { services: byName(services), sees: "all" };
  }
  if (supports(strategy, "inspect")) {
    const found = await eachBounded(INSPECTIONS_AT_ONCE, names, async (name) => {
      try {
        return await strategy.inspect(name, options);
      } catch (error) {
        if (DeploymentError.isInstance(error, "NOT_FOUND")) return undefined;
        throw error;
      }
    });
    return { services: byName(found.filter((service) => service !== undefined)), sees: "named" };
  }
  return { services: new Map(), sees: "nothing" };
}

const byName = (services: readonly ServiceStatus[]): Map<string, ServiceStatus> =>
  new Map(services.map((service) => [service.name, service]));
