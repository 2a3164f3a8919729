import type { LogEntry, LogsOptions } from "@openfactory/deploy-core";
import type { DockerEngine, LogFrame } from "@openfactory/docker-engine";
import { observe, type Observation } from "./observe.js";
import { taskName } from "./status.js";
import { hostName } from "./tasks.js";
import { unreadableDefault, unreadableDriver, unreadableLog } from "./unreadable-logs.js";

/** Where the engine's log frames name their task and node (Engine API, ServiceLogs with details). */
const TASK = "com.docker.swarm.task.id";
const NODE = "com.docker.swarm.node.id";

/**
 * The lines of all tasks of a service, from whichever node they run on.
 * @throws DeploymentError `NOT_FOUND`; `UNSUPPORTED` where the logging driver can't be read.
 */
export async function* logLines(
  engine: DockerEngine,
  serviceName: string,
  { follow, tail, since, signal }: LogsOptions,
): AsyncGenerator<LogEntry> {
  let observed = await observe(engine, serviceName, { signal });
  const { ID, Spec } = observed.service;
  const driver = unreadableDriver(Spec);
  if (driver !== undefined) throw unreadableLog(serviceName, driver);
  let isEmpty = true;
  for await (const frame of engine.services.logs(ID, { follow, tail, since, signal })) {
    // A task made since then is not known yet.
    if (!observed.tasks.some((task) => task.ID === frame.details[TASK])) {
      observed = { ...observed, tasks: await engine.tasks.list({ service: [ID] }, { signal }) };
    }
    isEmpty = false;
    yield toEntry(serviceName, frame, observed);
  }
  const unreadable = isEmpty ? await unreadableDefault(engine, observed) : undefined;
  if (unreadable !== undefined) throw unreadableLog(serviceName, unreadable);
}

const toEntry = (service: string, frame: LogFrame, { tasks, nodes }: Observation): LogEntry => {
  const task = tasks.find(({ ID }) => ID === frame.details[TASK]);
  const node = frame.details[NODE];
  return {
    service,
    instance: task === undefined ? (frame.details[TASK] ?? service) : taskName(service, task),
    node: node === undefined ? undefined : hostName(nodes, node),
    stream: frame.stream,
    timestamp: frame.timestamp,
    line: frame.line,
  };
};

/** The last lines of one task, oldest first, for an error that tells why it failed. */
export async function lastLines(
  engine: DockerEngine,
  { service, tasks }: Pick<Observation, "service" | "tasks">,
  taskId: string,
  count = 20,
): Promise<string[]> {
  const lines: string[] = [];
  // A task that never had a container has no log, and asking for it would wait for one.
  if (!tasks.find(({ ID }) => ID === taskId)?.Status.ContainerStatus?.ContainerID) return lines;
  try {
    for await (const frame of engine.services.logs(service.ID, { timeoutMs: 5_000 })) {
      if (frame.details[TASK] === taskId) lines.push(frame.line);
    }
  } catch {
    // The failure itself is what must be told; it must not be hidden by one of its logs.
  }
  return lines.slice(-count);
}
