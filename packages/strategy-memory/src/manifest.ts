import { REQUEST_FIELDS, type RequestField, type StrategyManifest, type Limitation } from "@openfactory/deploy-core";

const supported: readonly RequestField[] = [
  "image",
  "name",
  "env",
  "replicaEnv",
  "labels",
  "command",
  "args",
  "ports",
  "networks",
  "mode",
  "healthcheck",
  "templates",
];

const exceptions: readonly Limitation[] = [
  { field: "imagePullPolicy", reason: "There is no registry.", unless: ["missing", "never"] },
  {
    field: "restart",
    reason: "A simulated process that has ended is not started again.",
    unless: [{ Condition: "none" }],
  },
  {
    field: "templates",
    reason: "Templates are not expanded: a process receives the text unchanged.",
    unless: ["literal"],
  },
  { field: "mode.ReplicatedJob.MaxConcurrent", reason: "All tasks of a job run at the same time." },
];

const NO_PROCESS = "A simulated process has no user, files, limits, kernel or node.";

/**
 * The manifest of the strategy in memory.
 * @param more additional supported fields: they are stored with the service and have no effect.
 */
export function memoryManifest(more: readonly RequestField[] = []): StrategyManifest {
  const supportedFields = REQUEST_FIELDS.filter((field) => supported.includes(field) || more.includes(field));
  const explained = exceptions.map(({ field }) => field);
  const rest = REQUEST_FIELDS.filter((field) => !supportedFields.includes(field) && !explained.includes(field));
  return {
    name: "memory",
    listsSettings: true,
    capabilities: [
      "inspect",
      "list",
      "wait",
      "logs",
      "update",
      "rollback",
      "scale",
      "restart",
      "stop",
      "exec",
      "settings",
      "lock",
      "resources",
      "preflight",
    ],
    supportedFields,
    limitations: [
      ...exceptions.filter(({ field }) => !more.includes(field.split(".")[0] as RequestField)),
      ...rest.map((field) => ({ field, reason: NO_PROCESS })),
    ],
  };
}
