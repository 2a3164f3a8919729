import type { FileReference, NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
import type { ServiceCreateBody } from "./engine-api/service.js";
import { fromServiceSpec } from "./from-service-spec.js";
import { type ServiceSpecOptions, toServiceSpec } from "./to-service-spec.js";

/**
 * The settings that {@link fromServiceSpec} will read back from a service made of this request: equal settings mean that
 * an update would change nothing. Needs no ids of secrets and configs: settings are by name.
 * @throws DeploymentError as `toServiceSpec`.
 */
export function toServiceSettings(
  request: NormalizedRequest,
  options: Pick<ServiceSpecOptions, "apiVersion" | "image">,
): ServiceSettings {
  return fromServiceSpec(toSpecByNames(request, options));
}

/**
 * Whether a service can be made of this request at all, as far as it says itself. Needs no ids of secrets and configs.
 * @throws DeploymentError as `toServiceSpec`.
 */
export function checkServiceRequest(request: NormalizedRequest, options: Pick<ServiceSpecOptions, "apiVersion">): void {
  toSpecByNames(request, options);
}

const toSpecByNames = (
  request: NormalizedRequest,
  options: Pick<ServiceSpecOptions, "apiVersion" | "image">,
): ServiceCreateBody =>
  toServiceSpec(request, { ...options, secrets: standIns(request.secrets), configs: standIns(request.configs) });

const standIns = (files: readonly FileReference[] = []): Record<string, string> =>
  Object.fromEntries(files.map(({ name }) => [name, name]));
