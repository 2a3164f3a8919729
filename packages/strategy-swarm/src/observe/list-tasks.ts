import { DeploymentError, type OperationOptions } from "@openfactory/deploy-core";
import type { DockerEngine, Filters, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { listNamed } from "./list-named.js";

export interface ListTasksOptions extends Pick<OperationOptions, "signal"> {
  /** Further filters. Default: none. */
  filters?: Filters;
  /** Reduces a task to what the caller reads, while the others arrive. Default: the whole task. */
  reduce?: (task: TaskDetails) => TaskDetails;
}

/**
 * The tasks of services, in one call or one for each part of {@link listNamed}. The engine rejects a filter with the id of a service
 * that was removed meanwhile (moby, daemon/cluster/tasks.go: it looks up each id), which must not fail a wait for other
 * services: then it lists all.
 */
export async function listTasks(
  engine: DockerEngine,
  services: readonly Pick<ServiceDetails, "ID">[],
  { signal, filters = {}, reduce = (task) => task }: ListTasksOptions = {},
): Promise<TaskDetails[]> {
  const ids = services.map(({ ID }) => ID);
  return listNamed(engine, ids, async (part) => {
    if (part) {
      try {
        return await engine.tasks.listEach(reduce, { ...filters, service: part }, { signal });
      } catch (error) {
        if (!DeploymentError.isInstance(error, "NOT_FOUND")) throw error;
      }
    }
    return listTasksOf(engine, new Set(part ?? ids), { signal, filters, reduce });
  });
}

/** The tasks of services among those that the engine lists for the filters, in one call. @param ids of the services. */
export async function listTasksOf(
  engine: DockerEngine,
  ids: ReadonlySet<string>,
  { signal, filters = {}, reduce = (task) => task }: ListTasksOptions,
): Promise<TaskDetails[]> {
  const reduceWanted = (task: TaskDetails) => (ids.has(task.ServiceID) ? reduce(task) : undefined);
  const listed = await engine.tasks.listEach(reduceWanted, filters, { signal });
  return listed.filter((task) => task !== undefined);
}
