/** A warning that is not about one request. */
export interface ProjectWarning {
  /**
   * `OWNERS_UNKNOWN`: the strategy keeps or shows no labels; `NO_WAIT`: it can't tell when a service is ready;
   * `ORPHAN`: a service of the project is not in the file.
   */
  code: "OWNERS_UNKNOWN" | "NO_WAIT" | "ORPHAN";
  service?: string;
  /** One sentence. */
  reason: string;
}
