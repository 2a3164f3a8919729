import type { ErrorCode } from "@openfactory/deploy-core";

/** When an operation of a strategy rejects with each code. */
export const ERROR_CODE_MEANINGS: Readonly<Record<ErrorCode, string>> = {
  INVALID_REQUEST:
    "Every operation with a request: it does not match its rules. `scale` with a number that is negative or not whole, `exec` without a command, `createResource` with an invalid name, and any operation with an invalid service name.",
  INVALID_FILE: "Not by strategies: a caller that reads files.",
  UNSUPPORTED:
    "The platform can't do it: a field in strict mode or one that is refused, `scale` of a service without replicas, `stop` of a kind of service that can't be stopped, a change that needs a replacement, an unknown kind of resource, logs that can't be read, a command in an instance that can't be reached.",
  NOT_FOUND:
    "No service has exactly this name (every operation on an existing service); no such instance (`exec`), resource (`removeResource`), secret or config (`deploy`, `update`).",
  ALREADY_EXISTS: "`deploy` and `createResource`: the name is in use. What has it is unchanged.",
  CONFLICT:
    "A host port is in use; the service was changed since its `revision`, or by a concurrent change; there is no previous version (`rollback`); an update is in progress (`restart`, `refreshAuth`); the instance does not run (`exec`); a resource is in use (`removeResource`); a workload of another orchestrator has the name.",
  IMAGE_NOT_FOUND: "`deploy`, `update`, `wait`, `settingsOf`: neither the platform nor its registry has the image.",
  NETWORK_NOT_FOUND: "`deploy`, `update`, `rollback`, `start`: a network does not exist, or can't be joined.",
  ENGINE_UNREACHABLE: "Every operation: the platform does not answer, or this user may not connect to it.",
  NOT_A_SWARM_MANAGER: "Every operation of a strategy for a swarm whose engine is not a manager.",
  UNAUTHORIZED:
    "The platform or a registry refuses the credentials, or a credential helper returned none (`refreshAuth`).",
  TIMEOUT:
    "`wait`, `update`, `stop`, and `remove` with `wait`: a time limit expired. Every operation that is aborted with such an error as the reason.",
  ABORTED: "Every operation: its signal was aborted.",
  ROLLED_BACK:
    "`wait` and `update`: the new version failed, and the platform has rolled it back. With the failed instance.",
  TASK_FAILED:
    "`wait`, `deploy`, `update`, `restart`, `start`: the process can't be started, has exited with a code other than 0, is in a crash loop, or is unhealthy. With the failed instance, if there is one.",
  ENGINE_ERROR: "Every operation: any other failure of the platform, with its message.",
  POLICY_VIOLATION: "Not by strategies: a caller that checks requests against policies.",
  UNKNOWN_PLATFORM: "Not by strategies: the registry of plugins.",
  UNKNOWN_PLUGIN: "Not by strategies: the registry of plugins.",
  PLUGIN_FAILED: "Not by strategies: the registry of plugins.",
};
