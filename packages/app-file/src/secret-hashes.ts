import { createHash, scrypt, scryptSync } from "node:crypto";

/** The length of a hash in names of secrets: 12 hexadecimal digits. */
const HASH_BYTES = 6;

/** A secret's content, and the project and key that salt its hash. */
export interface SecretToHash {
  readonly content: Buffer;
  readonly salt: string;
}

export type HashSecret = (secret: SecretToHash) => Buffer;

/**
 * A slow hash of a secret (scrypt; N 16384, r 8, p 1: about 40 ms), because many users can read the names that contain it. That
 * makes it expensive to guess a weak password; the salt makes precomputed tables useless.
 */
export const hashSecret: HashSecret = ({ content, salt }) => scryptSync(content, salt, HASH_BYTES);

/**
 * Hashes secrets as {@link hashSecret} does, at the same time on the threads of Node's pool (4 by default), with 16 MiB of memory
 * each. Equal content with the same salt is hashed once.
 * @returns a function that finds these hashes without further work, and computes others.
 */
export async function hashSecrets(secrets: readonly SecretToHash[]): Promise<HashSecret> {
  const pending = new Map(secrets.map((secret) => [idOf(secret), secret]));
  const hashed = await Promise.all([...pending].map(async ([id, secret]) => [id, await scryptAsync(secret)] as const));
  const known = new Map(hashed);
  return (secret) => known.get(idOf(secret)) ?? hashSecret(secret);
}

const scryptAsync = ({ content, salt }: SecretToHash): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(content, salt, HASH_BYTES, (error, hash) => (error === null ? resolve(hash) : reject(error))),
  );

/** Identifies a secret in the memory of this process. */
const idOf = ({ content, salt }: SecretToHash): string =>
  createHash("sha256").update(JSON.stringify(salt)).update(content).digest("hex");
