/** A mutated strategy may never finish. These limits are sufficient for the other cases. */
export const limits = { pollTimeoutMs: 12_000, timeoutMs: 60_000 };
