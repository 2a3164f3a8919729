import crypto, { type BinaryLike, type ScryptOptions } from "node:crypto";
import { syncBuiltinESMExports } from "node:module";

type Callback = (error: Error | null, hash: NonSharedBuffer) => void;

const FULL_COST = { N: 16_384, r: 8, p: 1 };
const PATCHED = Symbol.for("openfactory.scrypt");

/** The options of a cheap hash, which takes microseconds. Throws unless a hash of full cost is requested. */
function cheap(options: ScryptOptions = {}): ScryptOptions {
  const { N, r, p } = { ...FULL_COST, ...options };
  if (N * r * p < FULL_COST.N * FULL_COST.r)
    throw new Error(`A hash of a secret is too cheap: N ${N}, r ${r}, p ${p}.`);
  return { ...options, N: 2 };
}

/**
 * Names of secrets and saved plans contain hashes of scrypt, 40 ms each: unit tests would spend a sixth of their time on them. This
 * checks that each is requested with its full cost, and computes it with a lower one. Once per worker.
 */
if (!(PATCHED in globalThis)) {
  Object.assign(globalThis, { [PATCHED]: true });
  const { scrypt, scryptSync } = crypto;
  crypto.scryptSync = (content, salt, length, options) => scryptSync(content, salt, length, cheap(options));
  crypto.scrypt = (
    content: BinaryLike,
    salt: BinaryLike,
    length: number,
    ...[options, done]: [Callback] | [ScryptOptions, Callback]
  ): void =>
    typeof options === "function"
      ? scrypt(content, salt, length, cheap(), options)
      : scrypt(content, salt, length, cheap(options), done as Callback);
  // Imports of the functions by name are replaced, too.
  syncBuiltinESMExports();
}
