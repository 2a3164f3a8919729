import { DeploymentError, type DeploymentWarning } from "@openfactory/deploy-core";
import type { CredentialsInfo } from "../registry-auth/credentials.js";

/** The engine's own warnings about a service. */
export const engineWarnings = (service: string, strategy: string, reasons: readonly string[]): DeploymentWarning[] =>
  reasons.map((reason) => ({ code: "ENGINE_WARNING", service, strategy, reason }));

/** The warning for a failed lookup of credentials; empty without a failure. Equal for all services of a registry. */
export function credentialsWarning(
  service: string,
  strategy: string,
  note: CredentialsInfo | undefined,
): DeploymentWarning[] {
  if (note?.problem === undefined) return [];
  const { registry, problem, unavailable } = note;
  const instead = unavailable ? "without credentials" : "with the credentials in config.json";
  return [
    {
      code: "CREDENTIALS_UNAVAILABLE",
      service,
      strategy,
      field: "image",
      registry,
      reason: `${problem.message}. The deployment continues ${instead} for ${registry}. ${problem.hint}`,
    },
  ];
}

/**
 * The warning that no registry returned the digest of an image with the pull policy `always`.
 * @param cause of the error in strict mode.
 * @throws DeploymentError `UNSUPPORTED` in strict mode.
 */
export function digestWarning(
  service: string,
  strategy: string,
  reason: string,
  { strict, cause }: { strict?: boolean; cause?: unknown },
): DeploymentWarning {
  const field = "imagePullPolicy";
  if (!strict) return { code: "DIGEST_NOT_RESOLVED", service, strategy, field, reason };
  throw new DeploymentError("UNSUPPORTED", reason, {
    service,
    field,
    hint: "Make the registry reachable from the engine, set the image by digest, choose another imagePullPolicy, or drop --strict.",
    cause,
  });
}
