import { DeploymentError, type DeploymentWarning, type DeployOptions } from "@openfactory/deploy-core";
import { engineWarnings, withoutPeriod } from "@openfactory/docker-engine";

const STRATEGY = "docker";

/** The engine's warnings about a creation. @throws DeploymentError `UNSUPPORTED` in strict mode, if there are any. */
export function creationWarnings(
  service: string,
  reasons: readonly string[],
  { strict }: DeployOptions,
): DeploymentWarning[] {
  const [first] = reasons;
  if (strict && first !== undefined) throw unsupportedError(service, undefined, reasons.join(" "));
  return engineWarnings(service, STRATEGY, reasons);
}

/** A warning about a field that the engine accepted without effect. @throws DeploymentError `UNSUPPORTED` in strict mode. */
export function unsupportedField(
  service: string,
  field: string,
  reason: string,
  { strict, observer }: DeployOptions,
): DeploymentWarning {
  if (strict) throw unsupportedError(service, field, reason);
  const warning: DeploymentWarning = { code: "FIELD_NOT_SUPPORTED", service, strategy: STRATEGY, field, reason };
  observer?.({ type: "warning", service, warning });
  return warning;
}

const unsupportedError = (service: string, field: string | undefined, reason: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", `Service ${service} can't run as requested: ${withoutPeriod(reason)}.`, {
    service,
    field,
    hint: "Change the request, or drop --strict.",
  });
