import type { DeployRequest } from "../request/deploy-request.js";
import type { Deployment, DeploymentWarning } from "../strategy/deployment.js";
import type { OperationOptions, ProgressEvent } from "../strategy/options.js";
import { redactError } from "./redact-error.js";
import { Redactor } from "./redactor.js";
import { secretsOfRequest } from "./secret-values.js";

/**
 * Does what a request asks for; what it returns, reports and throws repeats no secret of the request, though an engine's
 * own words may.
 * @param work given the options with an observer to report to.
 */
export async function withoutSecrets<Options extends OperationOptions>(
  request: Pick<DeployRequest, "name" | "image" | "env">,
  options: Options,
  work: (options: Options) => Promise<Deployment>,
): Promise<Deployment> {
  const redactor = new Redactor(() => secretsOfRequest(request));
  try {
    const deployment = await work(redactOptions(options, redactor));
    return { ...deployment, warnings: redactWarnings(deployment.warnings, redactor) };
  } catch (error) {
    throw redactError(error, redactor);
  }
}

export const redactWarnings = (warnings: readonly DeploymentWarning[], redactor: Redactor): DeploymentWarning[] =>
  warnings.map((warning) => ({ ...warning, reason: redactor.text(warning.reason) }));

/** Options whose observer gets events without known values. */
export function redactOptions<Options extends OperationOptions>(options: Options, redactor: Redactor): Options {
  const { observer } = options;
  if (observer === undefined) return options;
  return { ...options, observer: (event: ProgressEvent) => observer(redactEvent(event, redactor)) };
}

/** An engine's words are in these fields only; what names a service or an image stays. */
function redactEvent(event: ProgressEvent, redactor: Redactor): ProgressEvent {
  switch (event.type) {
    case "pull":
      return { ...event, status: redactor.text(event.status) };
    case "waiting":
      return event.detail === undefined ? event : { ...event, detail: redactor.text(event.detail) };
    case "warning":
      return { ...event, warning: { ...event.warning, reason: redactor.text(event.warning.reason) } };
    case "step":
      return event;
  }
}
