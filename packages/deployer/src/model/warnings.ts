import type { Owner } from "./labels.js";
import { ownerText, type Scope } from "./ownership.js";

/** A warning that is not about one request. */
export interface ProjectWarning {
  /**
   * - `OWNERS_UNKNOWN`: the strategy keeps or shows no labels
   * - `NO_WAIT`: it can't tell when a service is ready
   * - `ORPHAN`: a service of the project is not in the file
   * - `OTHER_FILES`: other files of the same project own services, which were left as they are
   * - `NEEDS_REFRESH`: services were changed by hand, which `up` notices on this platform with `refresh` only
   * - `DEFAULT_PLATFORM`: no platform was chosen, and the engine belongs to another one than the default
   * - `OTHER_PLATFORM`: another platform of the same engine runs services of the project
   * - `SHARED_RESOURCES`: files of one project share networks, volumes, configs or secrets
   * - `RESOURCE_LABELS`: a network or volume has other labels than the file asks for, which can't be changed
   * - `AMBIGUOUS_NETWORK`: several networks have the name of one that an app joins
   * - `RESOURCE_NOT_MADE`: the platform does not make a network, volume, config or secret that the file asks for
   * - `LOCK_TAKEN_OVER`: the project's lock was left behind, or was taken by force
   * - `LOCK_NOT_RELEASED`: the run could not let go of its lock
   * - `INSTANCES_RESTART`: `scale` restarts running instances, because one of their variables holds the number of replicas
   * - `LISTENER_FAILED`: an asset listener did not receive everything
   */
  code:
    | "OWNERS_UNKNOWN"
    | "NO_WAIT"
    | "ORPHAN"
    | "OTHER_FILES"
    | "OTHER_PLATFORM"
    | "DEFAULT_PLATFORM"
    | "NEEDS_REFRESH"
    | "SHARED_RESOURCES"
    | "RESOURCE_LABELS"
    | "AMBIGUOUS_NETWORK"
    | "RESOURCE_NOT_MADE"
    | "LOCK_TAKEN_OVER"
    | "LOCK_NOT_RELEASED"
    | "INSTANCES_RESTART"
    | "LISTENER_FAILED";
  service?: string;
  /** One sentence. */
  reason: string;
}

/** One line: `2 services of this project belong to app_b.yml and were left.` @param done what became of them. */
export function othersLeft(
  others: readonly { readonly owner: Owner }[],
  scope: Scope,
  done = "left",
): ProjectWarning[] {
  if (others.length === 0) return [];
  const owners = [...Map.groupBy(others, ({ owner }) => ownerText(owner, scope))].map(
    ([text, some]) => [text, some.length] as const,
  );
  const count = `${others.length} ${others.length === 1 ? "service" : "services"} of this project ${others.length === 1 ? "belongs" : "belong"} to`;
  const [first] = owners;
  const whose =
    owners.length === 1 ? first?.[0] : `other files (${owners.map(([text, some]) => `${text}: ${some}`).join(", ")})`;
  return [{ code: "OTHER_FILES", reason: `${count} ${whose} and ${others.length === 1 ? "was" : "were"} ${done}.` }];
}

export const ownersUnknown = (platform: string): ProjectWarning => ({
  code: "OWNERS_UNKNOWN",
  reason: `The platform ${platform} can't keep or show labels: nobody knows who made a service, and names alone decide.`,
});
