import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceSettings,
  type ServiceStatus,
  supports,
} from "@openfactory/deploy-core";

/**
 * The names of the running instances that a change restarts because their variable that holds the number of replicas
 * changes: none otherwise. One inspection where the listing did not hold the instances.
 */
export async function restartsOf(
  strategy: OpenFactoryServiceDeploymentStrategy,
  before: ServiceStatus,
  after: ServiceSettings | undefined,
  options: OperationOptions = {},
): Promise<readonly string[]> {
  const variable = strategy.manifest.replicaVariables?.replicas;
  if (variable === undefined || before.replicas.running === 0) return [];
  const [from, to] = [valueOf(variable, before.settings), valueOf(variable, after)];
  if (from === undefined || to === undefined || from === to) return [];
  const needsInstances = before.instances.length === 0 && supports(strategy, "inspect");
  const { instances } = needsInstances ? await strategy.inspect(before.name, options) : before;
  return instances.filter(({ state }) => state === "running").map(({ name }) => name);
}

const valueOf = (variable: string, settings: ServiceSettings | undefined): string | undefined =>
  settings?.env.find((entry) => entry.startsWith(`${variable}=`))?.slice(variable.length + 1);
