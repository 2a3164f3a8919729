import { createImageVerifier, type ImageVerifier } from "@openfactory/docker-engine";

type Environment = Readonly<Record<string, string | undefined>>;

const verifiers = new WeakMap<Environment, ImageVerifier>();

/** Verifies an image with the user's registry credentials. The same image is verified once in a run. */
export function verifyImage(
  image: string,
  keys: readonly string[],
  env: Environment,
  options: { signal?: AbortSignal },
): Promise<string> {
  const verifier = verifiers.get(env) ?? createImageVerifier({ env });
  verifiers.set(env, verifier);
  return verifier(image, keys, options);
}
