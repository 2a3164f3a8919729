import type { Capabilities, CapabilityName } from "../capabilities/capabilities.js";
import { DeploymentError } from "../errors.js";
import {
  type Deployment,
  type DeploymentWarning,
  type DeployOptions,
  type RemoveOptions,
  throwIfAborted,
} from "../operation.js";
import type { DeployRequest, NormalizedRequest } from "../request/deploy-request.js";
import { parseRequest } from "../request/parse-request.js";
import { checkSupport } from "./check-support.js";
import { REQUIRED_FIELDS, type StrategyManifest } from "./manifest.js";

/**
 * Deploys OpenFactory services to a platform. A strategy implements {@link deploy} and {@link remove}. All other operations
 * are capabilities (`CanInspect`, `CanWait`, ...), which it declares in its {@link manifest} and implements.
 *
 * The contract, as tested by `@openfactory/strategy-contract-tests`:
 * - requests are validated before anything changes, and never modified
 * - unsupported fields are reported, never silently dropped
 * - a deploy that fails or is aborted leaves nothing behind
 * - names are matched exactly
 */
export abstract class OpenFactoryServiceDeploymentStrategy {
  /** The supported fields and capabilities. Default: the three required fields, and no capability. */
  readonly manifest: StrategyManifest = {
    name: this.constructor.name,
    capabilities: [],
    supportedFields: REQUIRED_FIELDS,
    limitations: [],
  };

  /**
   * Deploys one service.
   * @returns when the service exists and its process is started or scheduled; use `CanWait` to wait until it is ready.
   * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `ALREADY_EXISTS` (without changing anything),
   * `IMAGE_NOT_FOUND`, `NETWORK_NOT_FOUND`, `CONFLICT`, `UNAUTHORIZED`, `ENGINE_UNREACHABLE`, `TIMEOUT`, `ABORTED`, ...
   */
  abstract deploy(request: DeployRequest, options?: DeployOptions): Promise<Deployment>;

  /**
   * Removes the service with exactly this name, running or not.
   * @throws DeploymentError `NOT_FOUND`; `TIMEOUT` with the option `wait`; ...
   */
  abstract remove(serviceName: string, options?: RemoveOptions): Promise<void>;

  /** Closes connections. The strategy can't be used afterwards. Default: does nothing. */
  async close(): Promise<void> {}

  /**
   * The first step of every deploy: validates and normalizes the request, and checks it against the manifest.
   * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `ABORTED`.
   */
  protected prepare(
    request: DeployRequest,
    options: DeployOptions = {},
  ): { request: NormalizedRequest; warnings: DeploymentWarning[] } {
    const strategy = this.manifest.name;
    const normalized = parseRequest(request, { strategy });
    throwIfAborted(options.signal, { service: normalized.name, strategy });
    const warnings = checkSupport(normalized, this.manifest, options);
    for (const warning of warnings) options.observer?.({ type: "warning", service: normalized.name, warning });
    return { request: normalized, warnings };
  }
}

/** Whether the strategy declares a capability; narrows its type. */
export function supports<Name extends CapabilityName>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  capability: Name,
): strategy is OpenFactoryServiceDeploymentStrategy & Capabilities[Name] {
  return strategy.manifest.capabilities.includes(capability);
}

/** @throws DeploymentError `UNSUPPORTED` if the strategy does not declare the capability. */
export function requireCapability<Name extends CapabilityName>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  capability: Name,
): OpenFactoryServiceDeploymentStrategy & Capabilities[Name] {
  if (supports(strategy, capability)) return strategy;
  const { name, capabilityOptions } = strategy.manifest;
  const option = capabilityOptions?.[capability];
  throw new DeploymentError(
    "UNSUPPORTED",
    `The platform ${name} doesn't support ${capability}${option === undefined ? "" : " without an option"}.`,
    {
      strategy: name,
      hint:
        option === undefined
          ? "Use another platform: `ofdeploy platforms` lists the capabilities of each platform."
          : `Pass --option ${option}, and deploy the apps with it too.`,
    },
  );
}
