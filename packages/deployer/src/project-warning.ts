/** A warning that is not about one request. */
export interface ProjectWarning {
  /**
   * - `OWNERS_UNKNOWN`: the strategy keeps or shows no labels
   * - `NO_WAIT`: it can't tell when a service is ready
   * - `ORPHAN`: a service of the project is not in the file
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
    | "RESOURCE_NOT_MADE"
    | "LOCK_TAKEN_OVER"
    | "LOCK_NOT_RELEASED"
    | "INSTANCES_RESTART"
    | "LISTENER_FAILED";
  service?: string;
  /** One sentence. */
  reason: string;
}
