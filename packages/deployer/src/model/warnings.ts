import type { Owner } from "./labels.js";
import type { FileNote } from "./project.js";
import { describeOwner, type Scope } from "./ownership.js";

/** A warning that is not about one request. */
export interface ProjectWarning {
  /**
   * - `OWNERS_UNKNOWN`: the platform has no labels, so the owner of a service is unknown
   * - `NO_WAIT`: the platform can't report readiness
   * - `ORPHAN`: a service of the project is not in the file
   * - `OTHER_FILES`: other files of the same project own services, which were not changed
   * - `DEPENDENTS_RUN`: an app still runs that depends on an app that `down` removes
   * - `NEEDS_REFRESH`: services were changed manually, which `up` detects on this platform only with `refresh`
   * - `DEFAULT_PLATFORM`: no platform was chosen, and the engine belongs to another one than the default
   * - `OTHER_PLATFORM`: another platform of the same engine runs services of the project
   * - `PREFLIGHT_FAILED`: the platform's preflight failed, so the plan lacks its findings
   * - `SHARED_RESOURCES`: files of one project share networks, volumes, configs or secrets
   * - `RESOURCE_LABELS`: the labels of a network or volume differ from the file, and can't be changed
   * - `AMBIGUOUS_NETWORK`: several networks have the name of a network that an app joins
   * - `RESOURCE_NOT_CREATED`: the platform can't create a network, volume, config or secret of the file
   * - `LOCK_TAKEN_OVER`: the run released the lock of another run, whose process is gone or who was overruled
   * - `LOCK_NOT_RELEASED`: the run could not release its lock
   * - `LOCK_NOT_HELD`: `forceUnlock` was set, and there was no lock to release
   * - `INSTANCES_RESTART`: `scale` restarts running instances, because one of their variables contains the number of replicas
   * - `KEY_NOT_SUPPORTED`, `VARIABLE_NOT_SET`, `PROFILE_INACTIVE`, `COMPOSE_FILE_IGNORED`: see {@link FileNote}
   * - `LISTENER_FAILED`: an asset listener did not receive every event
   */
  code:
    | "OWNERS_UNKNOWN"
    | "NO_WAIT"
    | "ORPHAN"
    | "OTHER_FILES"
    | "OTHER_PLATFORM"
    | "DEFAULT_PLATFORM"
    | "DEPENDENTS_RUN"
    | "NEEDS_REFRESH"
    | "PREFLIGHT_FAILED"
    | "SHARED_RESOURCES"
    | "RESOURCE_LABELS"
    | "AMBIGUOUS_NETWORK"
    | "RESOURCE_NOT_CREATED"
    | "LOCK_TAKEN_OVER"
    | "LOCK_NOT_RELEASED"
    | "LOCK_NOT_HELD"
    | "INSTANCES_RESTART"
    | FileNote["code"]
    | "LISTENER_FAILED";
  service?: string;
  /** One sentence. */
  reason: string;
}

/**
 * One warning: `2 services of this project belong to app_b.yml and were not changed.`
 * @param done ends the sentence after "was" or "were".
 */
export function otherFilesWarning(
  others: readonly { readonly owner: Owner }[],
  scope: Scope,
  done = "not changed",
): ProjectWarning[] {
  if (others.length === 0) return [];
  const owners = [...Map.groupBy(others, ({ owner }) => describeOwner(owner, scope))].map(
    ([text, some]) => [text, some.length] as const,
  );
  const count = `${others.length} ${others.length === 1 ? "service" : "services"} of this project ${others.length === 1 ? "belongs" : "belong"} to`;
  const [first] = owners;
  const owner =
    owners.length === 1 ? first?.[0] : `other files (${owners.map(([text, some]) => `${text}: ${some}`).join(", ")})`;
  return [{ code: "OTHER_FILES", reason: `${count} ${owner} and ${others.length === 1 ? "was" : "were"} ${done}.` }];
}

export const ownersUnknownWarning = (platform: string): ProjectWarning => ({
  code: "OWNERS_UNKNOWN",
  reason: `The platform ${platform} has no labels, so services are matched by name only and their owner is unknown.`,
});
