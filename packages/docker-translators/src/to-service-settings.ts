import type { FileReference, NormalizedRequest, ServiceSettings } from "@openfactory/deploy-core";
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
  const files = { secrets: standIns(request.secrets), configs: standIns(request.configs) };
  return fromServiceSpec(toServiceSpec(request, { ...options, ...files }));
}

const standIns = (files: readonly FileReference[] = []): Record<string, string> =>
  Object.fromEntries(files.map(({ name }) => [name, name]));
