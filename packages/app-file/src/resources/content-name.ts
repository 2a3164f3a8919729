import { createHash, scryptSync } from "node:crypto";

const HEX_DIGITS = 12;

/**
 * The name of a secret or config holds a hash of its content: other content is another resource, and an app that uses
 * it is another request. A secret's name can be read by many, so that its hash is slow to make (scrypt; N 16384, r 8,
 * p 1: some 40 ms) and salted with project and key: it is dear to guess a weak password by it, and no table helps.
 */
export function contentName(kind: "secret" | "config", project: string, key: string, content: Buffer): string {
  const hash =
    kind === "secret"
      ? scryptSync(content, `${project}/${key}`, HEX_DIGITS / 2)
      : createHash("sha256").update(content).digest();
  return `${project}_${key}_${hash.toString("hex").slice(0, HEX_DIGITS)}`;
}
