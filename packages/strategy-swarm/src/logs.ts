import type { LogEntry, LogsOptions } from "@openfactory/deploy-core";
import { type DockerEngine, type LogFrame, unreadableLog } from "@openfactory/docker-engine";
import { untilRemoved } from "./until-removed.js";
import { observe, type Observation } from "./observe.js";
import { taskName } from "./status.js";
import { hostName } from "./tasks.js";
import { unreadableDefault, unreadableDriver } from "./unreadable-logs.js";

/** Where the engine's log frames name their task and node (Engine API, ServiceLogs with details). */
const TASK = "com.docker.swarm.task.id";
const NODE = "com.docker.swarm.node.id";

/** What tasks have written before they were removed with their service comes this much later, in milliseconds, at most. */
const LAST_LINES_MS = 2_000;

/**
 * The lines of all tasks of a service, from whichever node they run on. Following ends when the service is removed.
 * @throws DeploymentError `NOT_FOUND`, `UNSUPPORTED` (the logging driver can't be read).
 */
export async function* logLines(
  engine: DockerEngine,
  serviceName: string,
  { follow, tail, since, signal }: LogsOptions,
): AsyncGenerator<LogEntry> {
  let observed = await observe(engine, serviceName, { signal });
  const { ID } = observed.service;
  const driver = unreadableDriver(observed.service.Spec) ?? (await unreadableDefault(engine, observed, { signal }));
  if (driver !== undefined) throw unreadableLog(`service ${serviceName}`, driver);
  // The engine goes on waiting for tasks of a service that is not there any more.
  const ended = new AbortController();
  const endOrAbort = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
  if (follow)
    untilRemoved(engine, ID, endOrAbort).then(
      () => setTimeout(() => ended.abort(), LAST_LINES_MS).unref(),
      () => undefined,
    );
  try {
    for await (const frame of engine.services.logs(ID, { follow, tail, since, signal: endOrAbort })) {
      // A task made since then is not known yet.
      if (!observed.tasks.some((task) => task.ID === frame.details[TASK])) {
        observed = { ...observed, tasks: await engine.tasks.list({ service: [ID] }, { signal }) };
      }
      yield toEntry(serviceName, frame, observed);
    }
  } catch (error) {
    if (!ended.signal.aborted || signal?.aborted) throw error;
  } finally {
    ended.abort();
  }
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
