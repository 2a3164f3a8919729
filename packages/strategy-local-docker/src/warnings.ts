import { DeploymentError, type DeploymentWarning, type DeployOptions } from "@openfactory/deploy-core";

const STRATEGY = "docker";

/** A warning of the engine's own. */
export const engineWarning = (service: string, reason: string): DeploymentWarning => ({
  code: "ENGINE_WARNING",
  service,
  strategy: STRATEGY,
  reason,
});

/** The warnings that the engine answered a creation with. @throws DeploymentError `UNSUPPORTED` in strict mode, if there is one. */
export function engineWarnings(
  service: string,
  reasons: readonly string[],
  { strict }: DeployOptions,
): DeploymentWarning[] {
  const [first] = reasons;
  if (strict && first !== undefined) throw refused(service, undefined, `The engine warns: ${reasons.join(" ")}`);
  return reasons.map((reason) => engineWarning(service, reason));
}

/** A field that the engine accepted without effect. @throws DeploymentError `UNSUPPORTED` in strict mode. */
export function unhonoured(
  service: string,
  field: string,
  reason: string,
  { strict, observer }: DeployOptions,
): DeploymentWarning {
  if (strict) throw refused(service, field, reason);
  const warning: DeploymentWarning = { code: "FIELD_NOT_HONOURED", service, strategy: STRATEGY, field, reason };
  observer?.({ type: "warning", service, warning });
  return warning;
}

const refused = (service: string, field: string | undefined, reason: string): DeploymentError =>
  new DeploymentError("UNSUPPORTED", `${service} can't run as requested: ${reason.replace(/\.$/, "")}.`, {
    service,
    field,
    hint: "Change the request, or deploy without strict mode.",
  });
