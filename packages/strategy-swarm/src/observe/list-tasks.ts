import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, Filters, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";

/** A filter names at most this many services: beyond that, a list of all is the shorter request. */
export const MAX_FILTER_NAMES = 100;

/**
 * The tasks of services, in one call. The engine rejects a filter with the id of a service that was removed meanwhile
 * (moby, daemon/cluster/tasks.go: it looks up each id), which must not fail a wait for other services: then it lists all.
 * @param filters further filters. Default: none.
 */
export async function listTasks(
  engine: DockerEngine,
  services: readonly Pick<ServiceDetails, "ID">[],
  { signal }: Pick<OperationOptions, "signal"> = {},
  filters: Filters = {},
): Promise<TaskDetails[]> {
  const ids = services.map(({ ID }) => ID);
  if (ids.length <= MAX_FILTER_NAMES) {
    try {
      return await engine.tasks.list({ ...filters, service: ids }, { signal });
    } catch (error) {
      if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
    }
  }
  const listed = new Set(ids);
  const tasks = await engine.tasks.list(filters, { signal });
  return tasks.filter(({ ServiceID }) => listed.has(ServiceID));
}
