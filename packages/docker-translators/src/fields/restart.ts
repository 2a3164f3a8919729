import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerRestartPolicy, HostConfig } from "../bodies/container-create-body.js";
import type { TaskSpec } from "../bodies/service-spec.js";
import { copyDefined } from "../support/copy-defined.js";
import type { TranslationContext } from "../support/require-api.js";
import { isJob } from "./mode.js";

const RESTART_NAMES = { none: "no", "on-failure": "on-failure", any: "unless-stopped" } as const;

/**
 * `restart` to `RestartPolicy` of HostConfig. Default: always, as a Swarm service does (`unless-stopped`, so that a
 * container that was stopped stays so). `MaxAttempts` counts with `on-failure` only; `Delay` and `Window` a container
 * can't express.
 */
export function toHostRestartPolicy({
  restart,
}: Pick<NormalizedRequest, "restart">): Pick<HostConfig, "RestartPolicy"> {
  const policy: ContainerRestartPolicy = { Name: RESTART_NAMES[restart?.Condition ?? "any"] };
  if (restart?.Condition === "on-failure" && restart.MaxAttempts) policy.MaximumRetryCount = restart.MaxAttempts;
  return { RestartPolicy: policy };
}

/**
 * `restart` to `RestartPolicy` of TaskSpec. Default: `any`; of jobs `on-failure`, since they end when they have
 * completed.
 * @throws DeploymentError `INVALID_REQUEST` for a job with `any`.
 */
export function toTaskRestartPolicy(
  request: Pick<NormalizedRequest, "restart" | "mode">,
  context: Pick<TranslationContext, "service">,
): Pick<TaskSpec, "RestartPolicy"> {
  const job = isJob(request);
  if (job && request.restart?.Condition === "any") {
    const message = `Job ${context.service} can't restart on any end: it would never complete.`;
    throw new DeploymentError("INVALID_REQUEST", message, {
      service: context.service,
      field: "restart.Condition",
      hint: "Set restart.Condition to on-failure or none.",
    });
  }
  return { RestartPolicy: copyDefined(request.restart ?? { Condition: job ? "on-failure" : "any" }) };
}
