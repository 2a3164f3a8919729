/** A mutated strategy may never come to an end. These are enough for any case that is awaited here. */
export const limits = { patienceMs: 12_000, timeoutMs: 60_000 };
