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
import { checkHonoured } from "./check-support.js";
import { REQUIRED_FIELDS, type StrategyManifest } from "./manifest.js";

/**
 * How OpenFactory services are deployed. A strategy implements {@link deploy} and {@link remove}; everything else is
 * a capability that it declares in its {@link manifest} and implements (`CanInspect`, `CanWait`, ...).
 *
 * The contract, which `@openfactory/strategy-contract-tests` proves:
 * - a request is validated before anything is touched, and never changed;
 * - what is not honoured is told, never dropped;
 * - a deploy that fails or is aborted leaves nothing behind;
 * - names are exact.
 */
export abstract class OpenFactoryServiceDeploymentStrategy {
  /** What this strategy honours and can do. Default: the three required fields, and no capability. */
  readonly manifest: StrategyManifest = {
    name: this.constructor.name,
    capabilities: [],
    honours: REQUIRED_FIELDS,
    unhonoured: [],
  };

  /**
   * Deploys one service.
   * @returns when the service is made and its process started, or scheduled; `CanWait` tells when it is ready.
   * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `ALREADY_EXISTS` (the engine left as it was),
   * `IMAGE_NOT_FOUND`, `NETWORK_NOT_FOUND`, `CONFLICT`, `UNAUTHORIZED`, `ENGINE_UNREACHABLE`, `TIMEOUT`, `ABORTED`, ...
   */
  abstract deploy(request: DeployRequest, options?: DeployOptions): Promise<Deployment>;

  /**
   * Removes the service of exactly that name, running or not.
   * @throws DeploymentError `NOT_FOUND` if there is none; `TIMEOUT` with `wait`; ...
   */
  abstract remove(serviceName: string, options?: RemoveOptions): Promise<void>;

  /** Lets go of connections. The strategy can't be used afterwards. Default: nothing to do. */
  async close(): Promise<void> {}

  /**
   * The first step of every deploy: validates, normalises, and checks against the manifest.
   * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `ABORTED`.
   */
  protected prepare(
    request: DeployRequest,
    options: DeployOptions = {},
  ): { request: NormalizedRequest; warnings: DeploymentWarning[] } {
    const strategy = this.manifest.name;
    const normalized = parseRequest(request, { strategy });
    throwIfAborted(options.signal, { service: normalized.name, strategy });
    const warnings = checkHonoured(normalized, this.manifest, options);
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
  const { name } = strategy.manifest;
  throw new DeploymentError("UNSUPPORTED", `The ${name} strategy has no ${capability}.`, {
    strategy: name,
    hint: "Use a platform that has it; `ofdeploy platforms` lists what each can do.",
  });
}
