import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, Filters, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { listNamed } from "./list-named.js";

/**
 * The tasks of services, in one call or one for each part of {@link listNamed}. The engine rejects a filter with the id of a service that was removed meanwhile
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
  return listNamed(engine, ids, async (part) => {
    if (part) {
      try {
        return await engine.tasks.list({ ...filters, service: part }, { signal });
      } catch (error) {
        if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
      }
    }
    const wanted = new Set(part ?? ids);
    const tasks = await engine.tasks.list(filters, { signal });
    return tasks.filter(({ ServiceID }) => wanted.has(ServiceID));
  });
}
