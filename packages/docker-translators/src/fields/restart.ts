import { DeploymentError, type NormalizedRequest } from "@openfactory/deploy-core";
import type { ContainerRestartPolicy, HostConfig } from "../engine-api/container.js";
import type { TaskSpec } from "../engine-api/service.js";
import { copyDefined } from "../support/copy-defined.js";
import type { TranslationContext } from "../api-version.js";
import { isJob } from "./mode.js";

const RESTART_NAMES = { none: "no", "on-failure": "on-failure", any: "unless-stopped" } as const;

/**
 * `restart` to `RestartPolicy` of HostConfig. Default: always, as a Swarm service does (`unless-stopped`, so that a
 * container that was stopped stays so); of jobs `on-failure`, since they end when they have completed. `MaxAttempts`
 * counts with `on-failure` only. A container can't express `Delay` and `Window`.
 */
export function toHostRestartPolicy(
  request: Pick<NormalizedRequest, "restart" | "mode">,
): Pick<HostConfig, "RestartPolicy"> {
  const { Condition = isJob(request) ? "on-failure" : "any", MaxAttempts } = request.restart ?? {};
  const policy: ContainerRestartPolicy = { Name: RESTART_NAMES[Condition] };
  if (Condition === "on-failure" && MaxAttempts) policy.MaximumRetryCount = MaxAttempts;
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
