/** Why a connection failed, and what to do. */
export interface Explanation {
  /** Follows a colon in the message, without a final period. */
  reason: string;
  hint: string;
}
