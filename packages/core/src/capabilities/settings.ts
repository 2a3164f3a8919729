import type { DeployRequest, NormalizedRequest } from "../request/deploy-request.js";
import type { OperationOptions } from "../strategy/options.js";

/**
 * What a service was asked to be, in the terms of a request, so that two can be compared field by field:
 * - what the engine (or the image) fills in by itself is left out, as is what equals the platform's default
 * - `image` has its digest where it is pinned to one
 * - `labels` are without the strategy's own; `env` is sorted
 * - fields that the strategy does not honour are left out
 * - the variables that `replicaEnv` adds are in `env`; `replicaEnv` itself is left out where it adds none
 *
 * It holds values of `env`: whoever shows it masks them.
 */
export type ServiceSettings = Readonly<Omit<NormalizedRequest, "imagePullPolicy">>;

/** Declares that `ServiceStatus.settings` is told: by `inspect` always, by `list` as `ListOptions.settings` says. */
export interface CanTellSettings {
  /**
   * The settings as {@link ServiceStatus} will tell them once this request is deployed: equal settings mean that a
   * deploy would change nothing. Asks a registry for the digest only where the request's pull policy does.
   * @throws DeploymentError `INVALID_REQUEST`, `UNSUPPORTED`, `IMAGE_NOT_FOUND`, `UNAUTHORIZED`, `ABORTED`.
   */
  settingsOf(request: DeployRequest, options?: OperationOptions): Promise<ServiceSettings>;
}
