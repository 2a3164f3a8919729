import type { NormalizedRequest } from "@openfactory/deploy-core";
import type { HealthConfig } from "../engine-api/container.js";
import { copyDefined } from "../support/copy-defined.js";
import { requireApi, type TranslationContext } from "../api-version.js";

/**
 * `healthcheck` to `Healthcheck` of ContainerConfig, and of ContainerSpec: the API's reference spells the latter
 * `HealthCheck`, and engines take either, but this is what they answer with. Durations are nanoseconds; 0, or left out:
 * the image's, or the engine's.
 * @throws DeploymentError `UNSUPPORTED` for `StartInterval` below API 1.44.
 */
export function toHealthcheck(
  { healthcheck }: Pick<NormalizedRequest, "healthcheck">,
  context: TranslationContext,
): { Healthcheck?: HealthConfig } {
  if (healthcheck === undefined) return {};
  if (healthcheck.StartInterval) requireApi(context, "1.44", "healthcheck.StartInterval");
  return { Healthcheck: copyDefined(healthcheck) };
}
