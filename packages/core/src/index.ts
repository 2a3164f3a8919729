export { ERROR_CODES, type ErrorCode } from "./errors/error-code.js";
export {
  DeploymentError,
  type DeploymentErrorOptions,
  type ErrorSubject,
  type ErrorIssue,
  type FailedInstance,
  type SourceLocation,
} from "./errors/deployment-error.js";
export { inContext } from "./errors/in-context.js";
export { BOOKKEEPING_LABELS, isBookkeepingLabel } from "./request/bookkeeping-labels.js";
export {
  type DeployRequest,
  deployRequestSchema,
  type FileReferenceInput,
  type NormalizedRequest,
  type PortInput,
  REQUEST_FIELDS,
  type RequestField,
} from "./request/deploy-request.js";
export {
  type ImageById,
  type ImageReference,
  imageText,
  type NamedImage,
  parseImageReference,
} from "./request/image-reference.js";
export type { FileReference, Healthcheck, RestartPolicy, RollbackConfig, UpdateConfig } from "./request/lifecycle.js";
export type { Mount } from "./request/mounts.js";
export { hostAddressesOverlap, hostAddressSchema } from "./request/host-address.js";
export { isServiceName } from "./request/name.js";
export { amendRequest, parseRequest } from "./request/parse-request.js";
export type { Resources, ServiceMode } from "./request/placement.js";
export type { PublishedPort } from "./request/ports.js";
export { holdsTemplate, someValueHoldsTemplate, type Templates } from "./request/templates.js";
export { canonicalDriverOptions, isSameDriver, type VolumeDriver, volumeDifference } from "./request/volume-driver.js";
export { fieldPath, fieldSteps, zodIssues } from "./request/zod-issues.js";
export { guardStrategy } from "./secrecy/guard-strategy.js";
export { redactError } from "./secrecy/redact-error.js";
export { withoutOwnSecrets } from "./secrecy/redact-status.js";
export { MASK, maskAddresses } from "./secrecy/addresses.js";
export { Redactor } from "./secrecy/redactor.js";
export { isSecretName, SECRET_NAME_END, SECRET_WORD, secretsWithin } from "./secrecy/secret-names.js";
export {
  secretsOfEnvironment,
  secretsOfRequest,
  secretsOfResource,
  secretsOfVariable,
  type SecretValue,
} from "./secrecy/secret-values.js";
export { withoutSecrets } from "./secrecy/without-secrets.js";
export { sleep, throwIfAborted } from "./strategy/abort.js";
export type { Deployment, DeploymentWarning } from "./strategy/deployment.js";
export { checkHonoured } from "./strategy/honoured.js";
export {
  type NetworkOptions,
  REQUIRED_FIELDS,
  type StrategyManifest,
  type UnhonouredPart,
} from "./strategy/manifest.js";
export type { DeployOptions, OperationOptions, ProgressEvent, RemoveOptions } from "./strategy/options.js";
export { OpenFactoryServiceDeploymentStrategy } from "./strategy/strategy.js";
export * from "./capabilities/capability.js";
export type { CanDiagnose, DiagnoseOptions, Diagnosis } from "./capabilities/diagnosis.js";
export type { CanSeeElsewhere, ElsewhereOptions, OtherPlatform } from "./capabilities/elsewhere.js";
export type { CanLock, LockHolder } from "./capabilities/lock.js";
export type { CanPreflight, PreflightOptions, PreflightProblem, PreflightRequest } from "./capabilities/preflight.js";
export {
  type CanManageResources,
  type ListResourcesOptions,
  type RemoveResourceOptions,
  type Resource,
  RESOURCE_KINDS,
  type ResourceKind,
  type ResourceSpec,
} from "./capabilities/resources.js";
export type { CanTellSettings, ServiceSettings } from "./capabilities/settings.js";
export type { InstanceStatus, ServiceState, ServiceStatus, UpdateState } from "./capabilities/status.js";
export {
  type ConnectorContext,
  type ConnectorDevice,
  type ConnectorPath,
  type ConnectorPlugin,
  defineConnectorPlugin,
  type DeviceService,
  type DeviceServices,
} from "./connectors/connector-plugin.js";
export { ConnectorRegistry } from "./connectors/connector-registry.js";
export type { Asset, AssetChange, AssetEvent, AssetReference, AssetReferences } from "./listeners/asset-event.js";
export {
  type AssetListener,
  type AssetListenerContext,
  type AssetListenerPlugin,
  AssetListenerRegistry,
  defineAssetListenerPlugin,
  isAssetListener,
} from "./listeners/asset-listener.js";
export {
  CONNECTORS_KEY,
  DECLARATION_KEY,
  type DeclarationKey,
  discoverAllPlugins,
  discoverPlugins,
  LISTENERS_KEY,
} from "./plugin/discover.js";
export { CONTRACT_VERSION, defineStrategyPlugin, DEPLOYMENT_STRATEGY, type StrategyPlugin } from "./plugin/plugin.js";
export { loadInTime } from "./plugin/load-in-time.js";
export { exportedPlugins } from "./plugin/plugin-kind.js";
export { type PluginDeclaration, type PluginDescription, PluginRegistry } from "./plugin/plugin-registry.js";
export { type PlatformDescription, StrategyRegistry } from "./plugin/registry.js";
