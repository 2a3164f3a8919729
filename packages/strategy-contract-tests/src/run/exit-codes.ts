/** The exit codes of `strategy-contract-tests`. They have the same meaning as those of `ofdeploy`, except for `partial`. */
export const EXIT = {
  conformant: 0,
  /** A clause with MUST failed; with `--strict`, any clause. */
  failed: 1,
  /** No clause with MUST failed, and a selected clause was skipped. */
  partial: 2,
  /** The arguments or the target module. */
  invalid: 3,
  bug: 70,
  SIGINT: 130,
  SIGTERM: 143,
} as const;
