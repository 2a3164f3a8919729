/** The engine's own error: what an error of this package has as its `cause`. */
export interface EngineFault {
  /** HTTP status code; none where no answer came. */
  statusCode?: number;
  /** The engine's words. */
  message: string;
  /** System error code, e.g. `ECONNREFUSED`. */
  code?: string;
}
