import { isBookkeepingLabel, type OperationOptions, type ServiceSettings } from "@openfactory/deploy-core";
import type { DockerEngine, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { changedPaths } from "./changed-paths.js";
import { hasCompleted, hasFailed, isToEnd } from "./tasks.js";

/**
 * Whether an update has to ask for new tasks, since it differs in nothing that makes the swarm start any, and none runs or
 * is on its way.
 */
export async function mustStartAnew(
  engine: DockerEngine,
  { ID }: ServiceDetails,
  { present, asked }: { present: ServiceSettings; asked: ServiceSettings },
  { signal }: OperationOptions,
): Promise<boolean> {
  if (changedPaths(ofProcesses(present), ofProcesses(asked)).length > 0) return false;
  return !(await engine.tasks.list({ service: [ID] }, { signal })).some(isAlive);
}

const ofProcesses = ({ labels = {}, ...settings }: ServiceSettings): ServiceSettings => ({
  ...settings,
  labels: Object.fromEntries(Object.entries(labels).filter(([label]) => !isBookkeepingLabel(label))),
});

const isAlive = (task: TaskDetails): boolean => !hasFailed(task) && !hasCompleted(task) && !isToEnd(task);

type Template = { ForceUpdate?: number };

/** The spec with the swarm's own counter of forced updates raised (Engine API, TaskSpec.ForceUpdate). */
export const forced = <Spec extends { TaskTemplate: object }>(spec: Spec): Spec => {
  const { ForceUpdate = 0 } = spec.TaskTemplate as Template;
  return { ...spec, TaskTemplate: { ...spec.TaskTemplate, ForceUpdate: ForceUpdate + 1 } };
};
