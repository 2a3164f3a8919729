import type { CallOptions, DockerEngine, ServiceSpec } from "@openfactory/docker-engine";
import type { Observation } from "./observe.js";

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
export async function unreadableDefault(
  engine: DockerEngine,
  { service, tasks }: Observation,
  options: CallOptions,
): Promise<string | undefined> {
  if (service.Spec.TaskTemplate["LogDriver"] || tasks.length === 0) return undefined;
  const { LoggingDriver, Swarm } = await engine.info(options);
  return LoggingDriver === "none" && tasks.every(({ NodeID }) => NodeID === Swarm.NodeID) ? LoggingDriver : undefined;
}
