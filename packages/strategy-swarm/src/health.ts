import {
  type ContainerDetails,
  type DockerEngine,
  failedHealthOutput,
  type ServiceDetails,
  type TaskDetails,
} from "@openfactory/docker-engine";
import { secretsOf } from "./service-secrets.js";
import { hasCompleted } from "./tasks.js";

/** Docker's own number of retries of a health check (Engine API, HealthConfig). */
const RETRIES = 3;

/** How the health check of a task that is not well went. */
export interface TaskHealth {
  /** Whether the swarm ended the task because its health check failed; undefined: that is not known. */
  failed: boolean | undefined;
  /** What its last run wrote, where the manager that is asked runs the task. */
  output?: string;
}

/**
 * How the health check of a task went. The swarm says so of a task that ended with an error; of one that ended with exit
 * code 0 after it was told to stop, only the container knows, which this manager has if the task is on its own node.
 */
export async function taskHealth(
  engine: DockerEngine,
  service: ServiceDetails,
  task: TaskDetails,
): Promise<TaskHealth> {
  const container = await containerOf(engine, task);
  const output = container && failedHealthOutput(container);
  return {
    failed: hasFailedHealth(task, container),
    ...(output !== undefined && { output: secretsOf(service).text(output) }),
  };
}

function hasFailedHealth(
  { Status, ...task }: TaskDetails,
  container: ContainerDetails | undefined,
): boolean | undefined {
  if (/unhealthy container/i.test(Status.Err ?? "")) return true;
  if (!hasCompleted({ Status, ...task })) return false;
  const { Health } = container?.State ?? {};
  // An engine calls each container that has ended unhealthy: only the number of failures in a row tells.
  return Health && Health.FailingStreak >= (container?.Config.Healthcheck?.Retries || RETRIES);
}

/** Nothing is known of a container on another node, or one that is removed. */
async function containerOf(engine: DockerEngine, { Status }: TaskDetails): Promise<ContainerDetails | undefined> {
  const id = Status.ContainerStatus?.ContainerID;
  try {
    return id ? await engine.containers.inspect(id, { timeoutMs: 5_000 }) : undefined;
  } catch {
    // The failure itself is what must be reported.
    return undefined;
  }
}
