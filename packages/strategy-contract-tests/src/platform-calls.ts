/**
 * The calls of the strategy under test to its platform, for targets that can count and fail them, such as by a proxy in front of
 * an engine.
 */
export interface PlatformCalls {
  /** The number of calls so far. */
  count(): number;
  /** The number of calls so far that can change something. */
  changes(): number;
  /**
   * Fails one later call: the platform never receives it, and the strategy gets an error.
   * @param number the call's number from now on, from 1.
   */
  failCall(number: number): void;
  /** Fails no further call. @returns the call that failed, such as `POST /containers/{id}/start`; undefined if none was reached. */
  stopFailing(): string | undefined;
}
