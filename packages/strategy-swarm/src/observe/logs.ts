import { type LogEntry, type LogsOptions, sleep } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type DockerEngine,
  ifExists,
  type LogFrame,
  readLastLines,
  type ServiceSpec,
  unreadableLog,
} from "@openfactory/docker-engine";
import { sharedLookup } from "./batch-poller.js";
import { listTasks } from "./list-tasks.js";
import { observe } from "./services.js";
import { taskName } from "./status.js";
import { hostName, type Observation, TASK_LABEL } from "./tasks.js";

/** The detail of a log frame that names its node (Engine API, ServiceLogs with details). */
const NODE = "com.docker.swarm.node.id";

/** The last lines of tasks that were removed with their service arrive within this time, in milliseconds. */
const LAST_LINES_MS = 2_000;

/**
 * The lines of all tasks of a service, from all nodes. Following ends when the service is removed.
 * @throws DeploymentError `NOT_FOUND`, `UNSUPPORTED` (the logging driver can't be read).
 */
export async function* readLogs(
  engine: DockerEngine,
  serviceName: string,
  { follow, tail, since, signal }: LogsOptions,
): AsyncGenerator<LogEntry> {
  let observed = await observe(engine, serviceName, { signal });
  const { ID } = observed.service;
  const driver = unreadableDriver(observed.service.Spec) ?? (await unreadableDefault(engine, observed, { signal }));
  if (driver !== undefined) throw unreadableLog(`service ${serviceName}`, driver);
  // The engine keeps waiting for new tasks after the service is removed.
  const ended = new AbortController();
  const endOrAbort = AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]);
  if (follow)
    waitUntilRemoved(engine, ID, endOrAbort).then(
      () => setTimeout(() => ended.abort(), LAST_LINES_MS).unref(),
      () => undefined,
    );
  try {
    for await (const frame of engine.services.logs(ID, {
      follow,
      tail,
      since,
      signal: endOrAbort,
      source: observed.service,
    })) {
      // The task may be newer than the observation.
      if (!observed.tasks.some((task) => task.ID === frame.details[TASK_LABEL])) {
        observed = { ...observed, tasks: await listTasks(engine, [observed.service], { signal }) };
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
  const task = tasks.find(({ ID }) => ID === frame.details[TASK_LABEL]);
  const node = frame.details[NODE];
  return {
    service,
    instance: task === undefined ? (frame.details[TASK_LABEL] ?? service) : taskName(service, task),
    node: node === undefined ? undefined : hostName(nodes, node),
    stream: frame.stream,
    timestamp: frame.timestamp,
    line: frame.line,
  };
};

/** The last lines of one task, oldest first, for the error of a failed task. Empty if the log can't be read. */
export async function lastLogLines(
  engine: DockerEngine,
  { service, tasks }: Pick<Observation, "service" | "tasks">,
  taskId: string,
): Promise<string[]> {
  // A task that never had a container has no log, and the engine would wait for one.
  if (!tasks.find(({ ID }) => ID === taskId)?.Status.ContainerStatus?.ContainerID) return [];
  const frames = engine.services.logs(service.ID, { timeoutMs: 5_000, source: service });
  return readLastLines(frames, ({ details }) => details[TASK_LABEL] === taskId);
}

/** When the event stream breaks or can't be opened, the service is looked up this often, in milliseconds. */
const WITHOUT_EVENTS_MS = 2_000;

/** Resolves when the service is removed. @throws DeploymentError `ABORTED`. */
async function waitUntilRemoved(engine: DockerEngine, id: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const opened = Promise.withResolvers<void>();
    const removal = removalEvent(engine, id, opened.resolve, signal);
    await Promise.race([opened.promise, removal]);
    // It may have been removed before the event stream was open.
    if ((await ifExists(engine.services.inspect(id, { signal }))) === undefined || (await removal)) return;
    await sleep(WITHOUT_EVENTS_MS, signal);
  }
}

/** @returns true when the service is removed; false if the event stream ended first. */
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
    // The next lookup finds out what the stream would have reported.
  }
  return false;
}

/** Logging drivers whose logs the engine reads. Engines cache the output of all other drivers except `none`. */
const READABLE: ReadonlySet<string> = new Set(["json-file", "local", "journald"]);

/**
 * The name of a service's logging driver, if its logs can't be read (Engine API, TaskSpec.LogDriver). The swarm answers
 * with an empty log in that case.
 */
export function unreadableDriver({ TaskTemplate }: ServiceSpec): string | undefined {
  const { Name, Options } = TaskTemplate.LogDriver ?? {};
  if (Name === "none") return Name;
  const isCached = Options?.["cache-disabled"] !== "true";
  return Name === undefined || READABLE.has(Name) || isCached ? undefined : Name;
}

const lookUpInfo = sharedLookup((engine) => engine.info());

/** The default logging driver of the manager's own node, if its logs can't be read and all tasks run on that node. */
async function unreadableDefault(
  engine: DockerEngine,
  { service, tasks }: Observation,
  options: CallOptions,
): Promise<string | undefined> {
  if (service.Spec.TaskTemplate.LogDriver || tasks.length === 0) return undefined;
  const { LoggingDriver, Swarm } = await lookUpInfo(engine, options);
  return LoggingDriver === "none" && tasks.every(({ NodeID }) => NodeID === Swarm.NodeID) ? LoggingDriver : undefined;
}
