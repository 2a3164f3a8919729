/**
 * The stable codes of {@link DeploymentError}. A code never changes its meaning; new ones may be added.
 */
export const ERROR_CODES = [
  /** The request does not fit the schema, or contradicts itself. */
  "INVALID_REQUEST",
  /** The app file does not fit the schema, or can't be read. */
  "INVALID_FILE",
  /** A field, value or capability that the strategy, or the engine's API version, does not have. */
  "UNSUPPORTED",
  /** No service of that exact name. */
  "NOT_FOUND",
  /** The name is in use. */
  "ALREADY_EXISTS",
  /** Something else stands in the way: a host port in use, a resource that is not ours, a change made by another. */
  "CONFLICT",
  "IMAGE_NOT_FOUND",
  "NETWORK_NOT_FOUND",
  /** No engine answers there, or the socket may not be opened by this user. */
  "ENGINE_UNREACHABLE",
  "NOT_A_SWARM_MANAGER",
  /** A registry or the engine refused the credentials. */
  "UNAUTHORIZED",
  /** A time limit passed. */
  "TIMEOUT",
  /** The caller's AbortSignal ended the operation. */
  "ABORTED",
  /** The engine went back to the previous version of the service. */
  "ROLLED_BACK",
  /** The process of the service ended, never started, or never became healthy. */
  "TASK_FAILED",
  /** Any other answer of the engine that is an error. */
  "ENGINE_ERROR",
  /** No strategy plugin of that name is known. */
  "UNKNOWN_PLATFORM",
  /** No connector plugin, or asset listener plugin, of that name is known. */
  "UNKNOWN_PLUGIN",
  /** A plugin can't be used: it throws while loading, is made for another contract version, or is malformed. */
  "PLUGIN_FAILED",
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];
