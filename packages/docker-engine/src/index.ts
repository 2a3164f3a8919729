export { ambiguousNetwork, type AmbiguousNetwork, isAmbiguousRefusal } from "./resources/ambiguous-network.js";
export { withNetworkField } from "./resources/missing-network.js";
export { networkUsers } from "./network-users.js";
export { diagnoseEngine, diagnoseNetwork, finding } from "./diagnose-engine.js";
export { HIGHEST_API, LOWEST_API } from "./api/api-version.js";
export { createEngine, DOCKER_ENGINE, type EngineOptions } from "./create-engine.js";
export { registryTrouble, type RegistryTrouble, troubleHint } from "./errors/registry-trouble.js";
export type { CredentialsNote, CredentialsProblem, ShortLived } from "./credentials/credentials.js";
export { credentialsWarning } from "./credentials/credentials-warning.js";
export { registryOf } from "./credentials/reference.js";
export { contextNames } from "./endpoint/context-store.js";
export type {
  Endpoint,
  ResolvedEndpoint,
  SocketEndpoint,
  SshEndpoint,
  TcpEndpoint,
  TlsMaterial,
} from "./endpoint/endpoint.js";
export { resolveEndpoint } from "./endpoint/resolve-endpoint.js";
export type { EndpointInput } from "./endpoint/strategies/strategy.js";
export type * from "./engine.js";
export type * from "./engine-types.js";
export { unreadableLog } from "./errors/unreadable-log.js";
export { failedHealthOutput } from "./resources/health-output.js";
export { positionAfter } from "./resources/follow-to-end.js";
export type { EngineFault } from "./engine-fault.js";
export { engineFault } from "./errors/engine-error.js";
