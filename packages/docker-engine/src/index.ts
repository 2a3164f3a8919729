export {
  ambiguousNetwork,
  type AmbiguousNetwork,
  isAmbiguousNetworkError,
  withNetworkField,
} from "./resources/network-errors.js";
export { networkUsers } from "./resources/networks.js";
export { volumeUsers } from "./resources/volumes.js";
export { diagnoseEngine, diagnoseNetwork, runDiagnosis } from "./diagnose-engine.js";
export { HIGHEST_API, LOWEST_API } from "./connection/api-version.js";
export {
  createEngine,
  DOCKER_ENGINE,
  type EngineOptions,
  engineOptionsShape,
  swarmOptionsShape,
} from "./create-engine.js";
export { registryFailure, type RegistryFailure, registryFailureHint } from "./errors/registry-error.js";
export type { CredentialsInfo, CredentialsProblem, ShortLived } from "./registry-auth/credentials.js";
export { registryOf } from "./registry-auth/image-reference.js";
export { createImageVerifier, type ImageVerifier } from "./image-signatures/verify-image.js";
export { contextNames } from "./endpoint/contexts.js";
export type {
  Endpoint,
  ResolvedEndpoint,
  SocketEndpoint,
  SshEndpoint,
  TcpEndpoint,
  TlsMaterial,
} from "./endpoint/endpoint.js";
export { resolveEndpoint } from "./endpoint/resolve-endpoint.js";
export type { EndpointInput } from "./endpoint/resolve-endpoint.js";
export type * from "./engine.js";
export type * from "./engine-types.js";
export type { ServiceSpec } from "@openfactory/docker-translators";
export { listedName } from "./resources/containers.js";
export { errorWithHealthOutput, failedHealthOutput, failedHealthRuns, neverPassedHealth } from "./resources/health.js";
export { LAST_LINES, positionAfter, readLastLines, unreadableLog } from "./resources/logs.js";
export { type EngineErrorCause, engineErrorCause, engineMessage, withoutPeriod } from "./errors/engine-error.js";
export { execInContainer } from "./strategy-support/exec.js";
export { LOCK_LABEL, lockHolder, lockLabels, lockObjectName } from "./strategy-support/locks.js";
export { hasImage, hasLabels, ifExists, ifUnanswered, labelFilter, perEngine } from "./strategy-support/lookups.js";
export { credentialsWarning, digestWarning, engineWarnings } from "./strategy-support/warnings.js";
export {
  type CheckedRequest,
  checkRequests,
  ifNeeded,
  type Problem,
  volumeConflict,
} from "./strategy-support/preflight.js";
export {
  explainResourceError,
  invalidResourceName,
  resourceExists,
  resourceInUse,
  resourceNotFound,
  selectResources,
} from "./strategy-support/resources.js";
