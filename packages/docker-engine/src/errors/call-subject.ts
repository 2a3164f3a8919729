/** What a call is about, for its errors. */
export interface CallSubject {
  /** Completes "could not ...", e.g. `create container demo`. */
  action: string;
  /** Answers 503 (406 on old versions) where the engine is no swarm manager. */
  swarm?: boolean;
  /** A 404 of it means that the image is not there. */
  image?: string;
}
