import { DeploymentError, type LogEntry, type LogsOptions, sleep } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type DockerEngine,
  type LogFrame,
  type ServiceSpec,
  unreadableLog,
} from "@openfactory/docker-engine";
import { type Observation, observe } from "./services.js";
import { taskName } from "./status.js";
import { hostName } from "./tasks.js";

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
    waitUntilRemoved(engine, ID, endOrAbort).then(
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

/** Where the stream of events breaks or can't be opened, the service is looked for this often, in milliseconds. */
const WITHOUT_EVENTS_MS = 2_000;

/** Resolves when the service is removed. @throws DeploymentError `ABORTED`. */
async function waitUntilRemoved(engine: DockerEngine, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const opened = Promise.withResolvers<void>();
    const removal = removalEvent(engine, id, opened.resolve, signal);
    await Promise.race([opened.promise, removal]);
    // It may have been removed before the stream of events was open.
    if (!(await exists(engine, id, signal)) || (await removal)) return;
    await sleep(WITHOUT_EVENTS_MS, signal);
  }
}

/** Whether the service was removed; false if the stream of events ended first. */
async function removalEvent(
  engine: DockerEngine,
  id: string,
  onOpen: () => void,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    for await (const { Action } of engine.events({ type: ["service"], service: [id] }, { signal, onOpen })) {
      if (Action === "remove") return true;
    }
  } catch {
    // The next look finds what the stream would have reported.
  }
  return false;
}

async function exists(engine: DockerEngine, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await engine.services.inspect(id, { signal });
    return true;
  } catch (error) {
    if (DeploymentError.isInstance(error, "NOT_FOUND")) return false;
    throw error;
  }
}

/** Logging drivers that keep what they write. Engines keep a copy of what any other driver but `none` sends away. */
const KEEPING: ReadonlySet<string> = new Set(["json-file", "local", "journald"]);

/**
 * The name of a service's logging driver, if nothing that it logs can be read (Engine API, TaskSpec.LogDriver). The swarm
 * answers with an empty log then.
 */
export function unreadableDriver({ TaskTemplate }: ServiceSpec): string | undefined {
  const { Name, Options } = (TaskTemplate["LogDriver"] ?? {}) as {
    Name?: string;
    Options?: Record<string, string> | null;
  };
  if (Name === "none") return Name;
  const isCopied = Options?.["cache-disabled"] !== "true";
  return Name === undefined || KEEPING.has(Name) || isCopied ? undefined : Name;
}

/** The default logging driver of the manager's own node, if all tasks run there and nothing that they log can be read. */
async function unreadableDefault(
  engine: DockerEngine,
  { service, tasks }: Observation,
  options: CallOptions,
): Promise<string | undefined> {
  if (service.Spec.TaskTemplate["LogDriver"] || tasks.length === 0) return undefined;
  const { LoggingDriver, Swarm } = await engine.info(options);
  return LoggingDriver === "none" && tasks.every(({ NodeID }) => NodeID === Swarm.NodeID) ? LoggingDriver : undefined;
}
