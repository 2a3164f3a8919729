import type { RestartPolicy, ServiceSettings } from "@openfactory/deploy-core";
import type { Answered } from "../engine-api/body.js";
import type { AnsweredMode } from "../engine-api/service.js";
import type { TaskSpec } from "../engine-api/service.js";
import { copyDefined, hasKeys } from "../support/copy-defined.js";
import { isJobMode } from "./mode-from-service.js";

/** What the swarm waits before a restart, where nothing is said. */
const DEFAULT_DELAY = 5_000_000_000;

/**
 * `RestartPolicy` of TaskSpec to `restart`. What a service has without one is left out: `any` (of a job, `on-failure`)
 * after 5 s, as often as needed.
 */
export function fromTaskRestartPolicy(
  { RestartPolicy }: Answered<Pick<TaskSpec, "RestartPolicy">>,
  mode: AnsweredMode | null | undefined,
): Pick<ServiceSettings, "restart"> {
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
