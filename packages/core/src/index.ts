export { type Limit, limit, mapLimit } from "./concurrency.js";
export {
  DeploymentError,
  type DeploymentErrorOptions,
  ERROR_CODES,
  errorPage,
  type ErrorCode,
  type ErrorIssue,
  type ErrorSubject,
  type FailedInstance,
  formatLocation,
  inContext,
  type SourceLocation,
} from "./errors.js";
export { METADATA_LABELS, isMetadataLabel } from "./labels.js";
export {
  type Deployment,
  type DeploymentWarning,
  type DeployOptions,
  type OperationOptions,
  type ProgressEvent,
  type RemoveOptions,
  sleep,
  throwIfAborted,
  undoIfAborted,
} from "./operation.js";

export type { FileReference } from "./request/container-files.js";
export {
  type DeployRequest,
  deployRequestSchema,
  type DeviceInput,
  type FileReferenceInput,
  isServiceName,
  type NormalizedRequest,
  type PortInput,
  REQUEST_FIELDS,
  type RequestField,
} from "./request/deploy-request.js";
export { type Device, devicesSchema } from "./request/host-access.js";
export {
  type ImageById,
  type ImageReference,
  formatImageReference,
  type NamedImage,
  parseImageReference,
} from "./request/image-reference.js";
export { deferred, deferredShape, validatorOf } from "./request/lazy-schemas.js";
export type { Healthcheck, RestartPolicy, RollbackConfig, UpdateConfig } from "./request/lifecycle.js";
export { type Logging, loggingSchema } from "./request/logging.js";
export type { Mount } from "./request/mounts.js";
export { type Dns, parseExtraHost } from "./request/name-resolution.js";
export { formatFieldPath, parseFieldPath } from "./request/field-path.js";
export { amendRequest, parseRequest, zodIssues } from "./request/parse-request.js";
export { type Constraint, parseConstraint, type Resources, type ServiceMode } from "./request/placement.js";
export { hostAddressSchema, type HostListener, HostListeners, type PublishedPort } from "./request/ports.js";
export { containsTemplate, someValueContainsTemplate, type Templates } from "./request/process.js";
export { canonicalSignal } from "./request/signals.js";
export { canonicalDriverOptions, isSameDriver, type VolumeDriver, volumeDifference } from "./request/volume-driver.js";

export { CAPABILITIES, type Capabilities, type CapabilityName } from "./capabilities/capabilities.js";
export type {
  CanDiagnose,
  CanPreflight,
  CanSeeElsewhere,
  DiagnoseOptions,
  Diagnosis,
  ElsewhereOptions,
  OtherPlatform,
  PreflightOptions,
  PreflightProblem,
  PreflightRequest,
} from "./capabilities/checks.js";
export type {
  CanExec,
  CanRestart,
  CanStop,
  ExecOptions,
  ExecResult,
  ExecTerminal,
  ProcessChange,
  TerminalSize,
} from "./capabilities/processes.js";
export { type InstanceChoice, selectInstance } from "./capabilities/select-instance.js";
export {
  type CanLock,
  type CanManageResources,
  type ListResourcesOptions,
  type LockHolder,
  type RemoveResourceOptions,
  type Resource,
  RESOURCE_KINDS,
  type ResourceKind,
  type ResourceSpec,
} from "./capabilities/resources.js";
export type {
  AuthRefresh,
  CanInspect,
  CanList,
  CanLogs,
  CanRefreshAuth,
  CanRollback,
  CanScale,
  CanReportSettings,
  CanUpdate,
  CanWait,
  ListOptions,
  LogEntry,
  LogsOptions,
  UpdateOptions,
  WaitOptions,
} from "./capabilities/services.js";
export type {
  InstanceStatus,
  ServiceSettings,
  ServiceState,
  ServiceStatus,
  UpdateState,
} from "./capabilities/status.js";

export { checkSupport } from "./strategy/check-support.js";
export { type LegacyManifest, readManifest } from "./strategy/read-manifest.js";
export { type NetworkOptions, REQUIRED_FIELDS, type StrategyManifest, type Limitation } from "./strategy/manifest.js";
export { OpenFactoryServiceDeploymentStrategy, requireCapability, supports } from "./strategy/strategy.js";

export {
  type Asset,
  type AssetChange,
  type AssetEvent,
  type AssetListener,
  type AssetListenerContext,
  type AssetListenerPlugin,
  AssetListenerRegistry,
  type AssetReference,
  type AssetReferences,
  defineAssetListenerPlugin,
  isAssetListener,
} from "./plugins/asset-listener.js";
export {
  type ConnectorContext,
  type ConnectorDevice,
  type ConnectorPath,
  type ConnectorPlugin,
  ConnectorRegistry,
  defineConnectorPlugin,
  type DeviceService,
  type DeviceServices,
} from "./plugins/connector-plugin.js";
export {
  CONNECTORS_KEY,
  PLATFORMS_KEY,
  discoverAllPlugins,
  discoverPlugins,
  LISTENERS_KEY,
} from "./plugins/discover.js";
export {
  CONTRACT_VERSION,
  type ContractRange,
  formatContractRange,
  parseContractRange,
} from "./plugins/contract-version.js";
export { type Environment, environmentOf, homeDirectory } from "./plugins/environment.js";
export {
  exportedPlugins,
  loadWithTimeout,
  type PluginDeclaration,
  type PluginDescription,
} from "./plugins/plugin-registry.js";
export {
  DEPLOYMENT_STRATEGY,
  defineStrategyPlugin,
  type StrategyPlugin,
  StrategyRegistry,
} from "./plugins/strategy-plugin.js";

export { guardStrategy, redactStatus, withoutSecrets } from "./secrets/guard-strategy.js";
export { maskText, maskWords } from "./secrets/mask-text.js";
export { redactError } from "./secrets/redact-error.js";
export { Redactor } from "./secrets/redactor.js";
export {
  isSecretName,
  MASK,
  maskAddresses,
  secretsOfEnvironment,
  secretsOfRequest,
  secretsOfResource,
  secretsWithin,
  type SecretValue,
} from "./secrets/secret-values.js";
export { compareVersions } from "./version.js";
export * from "./legacy-names.js";
export { trimEnd } from "./trim-end.js";
export { beginWait, observeWaits, type Wait, type WaitObserver, whileWaiting } from "./waits.js";
