/** Something that did not happen as asked, though the deploy as a whole did. */
export interface DeploymentWarning {
  /**
   * - `FIELD_NOT_HONOURED`: a request field
   * - `ENGINE_WARNING`: the engine's own
   * - `DIGEST_NOT_RESOLVED`: no registry told the digest
   * - `SHORT_LIVED_CREDENTIALS`: the registry credentials that are stored with the service expire soon
   * - `NO_CREDENTIALS`: there are none to store with the service
   * - `CREDENTIALS_UNAVAILABLE`: a credential helper or Docker's config.json fails, and the deploy goes on without it
   * - `PREVIOUS_VERSION_LOST`: a rollback has no earlier version to go back to any more
   * - `INSTANCES_RESTART`: running instances restart, because one of their variables holds the number of replicas
   */
  code:
    | "FIELD_NOT_HONOURED"
    | "ENGINE_WARNING"
    | "DIGEST_NOT_RESOLVED"
    | "SHORT_LIVED_CREDENTIALS"
    | "NO_CREDENTIALS"
    | "CREDENTIALS_UNAVAILABLE"
    | "PREVIOUS_VERSION_LOST"
    | "INSTANCES_RESTART";
  service: string;
  strategy: string;
  /** Path in the request, e.g. `constraints`. */
  field?: string;
  /** The registry that it is about, where it is about no service: who deploys several services reports it once. */
  registry?: string;
  /** One sentence. */
  reason: string;
}

/** What a deploy made. */
export interface Deployment {
  name: string;
  /** Ids of what was made: one service, or one container per replica. */
  ids: readonly string[];
  /** The image as resolved: with the digest where it was pinned. */
  image: string;
  warnings: readonly DeploymentWarning[];
}
