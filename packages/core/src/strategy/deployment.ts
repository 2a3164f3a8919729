/** Something that did not happen as asked, though the deploy as a whole did. */
export interface DeploymentWarning {
  /** `FIELD_NOT_HONOURED`: a request field; `ENGINE_WARNING`: the engine's own; `DIGEST_NOT_RESOLVED`: no registry told the digest. */
  code: "FIELD_NOT_HONOURED" | "ENGINE_WARNING" | "DIGEST_NOT_RESOLVED";
  service: string;
  strategy: string;
  /** Path in the request, e.g. `constraints`. */
  field?: string;
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
