import {
  DeploymentError,
  type NormalizedRequest,
  type RestartPolicy,
  type ServiceSettings,
} from "@openfactory/deploy-core";
import type { TranslationContext } from "../api-version.js";
import type { Answered } from "../engine-api/body-types.js";
import type { ContainerRestartPolicy, HostConfig, InspectedContainer } from "../engine-api/container-types.js";
import type { AnsweredMode, TaskSpec } from "../engine-api/service-types.js";
import { copyDefined, hasKeys } from "../plain-data.js";
import { isJob, isJobMode } from "./mode.js";

type RestartSetting = Pick<ServiceSettings, "restart">;

const RESTART_NAMES = { none: "no", "on-failure": "on-failure", any: "unless-stopped" } as const;

/**
 * `restart` to `RestartPolicy` of HostConfig. Default: always, as for a Swarm service (`unless-stopped`, so that a
 * container that was stopped stays stopped); for jobs `on-failure`, since they end when they have completed. `MaxAttempts`
 * applies to `on-failure` only. A container has no `Delay` and no `Window`.
 */
export function toHostRestartPolicy(
  request: Pick<NormalizedRequest, "restart" | "mode">,
): Pick<HostConfig, "RestartPolicy"> {
  const { Condition = isJob(request) ? "on-failure" : "any", MaxAttempts } = request.restart ?? {};
  const policy: ContainerRestartPolicy = { Name: RESTART_NAMES[Condition] };
  if (Condition === "on-failure" && MaxAttempts) policy.MaximumRetryCount = MaxAttempts;
  return { RestartPolicy: policy };
}

/** `RestartPolicy` of HostConfig to `restart`, without the default: `unless-stopped`, or `always` on other containers. */
export function fromHostRestartPolicy({ RestartPolicy }: InspectedContainer["HostConfig"]): RestartSetting {
  switch (RestartPolicy?.Name) {
    case "unless-stopped":
    case "always":
      return {};
    case "on-failure": {
      const { MaximumRetryCount: MaxAttempts = 0 } = RestartPolicy;
      return { restart: { Condition: "on-failure", ...(MaxAttempts > 0 && { MaxAttempts }) } };
    }
    default:
      return { restart: { Condition: "none" } };
  }
}

/**
 * `restart` to `RestartPolicy` of TaskSpec. Default: `any`; for jobs `on-failure`, since they end when they have
 * completed.
 * @throws DeploymentError `INVALID_REQUEST` for a job with `any`.
 */
export function toTaskRestartPolicy(
  request: Pick<NormalizedRequest, "restart" | "mode">,
  context: Pick<TranslationContext, "service">,
): Pick<TaskSpec, "RestartPolicy"> {
  const job = isJob(request);
  if (job && request.restart?.Condition === "any") {
    const message = `Job ${context.service} has restart.Condition "any", so it would never complete.`;
    throw new DeploymentError("INVALID_REQUEST", message, {
      service: context.service,
      field: "restart.Condition",
      hint: "Set restart.Condition to on-failure or none.",
    });
  }
  return { RestartPolicy: copyDefined(request.restart ?? { Condition: job ? "on-failure" : "any" }) };
}

/** The swarm's default delay before a restart, in nanoseconds. */
const DEFAULT_DELAY = 5_000_000_000;

/** `RestartPolicy` of TaskSpec to `restart`, without the default: `any` (for jobs, `on-failure`) after 5 s, without a limit. */
export function fromTaskRestartPolicy(
  { RestartPolicy }: Answered<Pick<TaskSpec, "RestartPolicy">>,
  mode: AnsweredMode | null | undefined,
): RestartSetting {
  const { Condition, Delay, MaxAttempts, Window } = RestartPolicy ?? {};
  const usual = isJobMode(mode) ? "on-failure" : "any";
  const rest = copyDefined({
    Delay: Delay === DEFAULT_DELAY ? undefined : (Delay ?? undefined),
    MaxAttempts: MaxAttempts || undefined,
    Window: Window || undefined,
  });
  const condition = (Condition || usual) as RestartPolicy["Condition"];
  return condition === usual && !hasKeys(rest) ? {} : { restart: { Condition: condition, ...rest } };
}
