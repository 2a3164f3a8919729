import { DeploymentError, formatImageReference, parseImageReference } from "@openfactory/deploy-core";
import type { VerifyImage } from "../model/policy.js";
import type { Violation } from "./policy-rules.js";

/**
 * Verifies the signature of an image for the rule `signed_by`.
 * @param keys public keys in PEM. One of them must have signed the image.
 * @returns the digest that was signed, and the image with it; the violation, if no key has signed the image or that can't be
 * determined.
 * @throws DeploymentError `ABORTED`. Errors of other classes from `verifyImage`.
 */
export async function verifySignature(
  image: string,
  keys: readonly string[],
  verifyImage: VerifyImage | undefined,
  signal: AbortSignal | undefined,
): Promise<{ digest: string; pinned: string } | Violation> {
  const reference = parseImageReference(image);
  if ("id" in reference)
    return signatureViolation("an image by its id has no signature", "Use the name of the image in its registry.");
  if (verifyImage === undefined)
    return signatureViolation("signatures can't be verified by this program", "Pass verifyImage with the policy.");
  try {
    const digest = await verifyImage(image, keys, { signal });
    return { digest, pinned: formatImageReference({ ...reference, digest }) };
  } catch (error) {
    if (!DeploymentError.isInstance(error) || error.code === "ABORTED") throw error;
    return signatureViolation(
      error.message.replace(/\.$/, ""),
      error.hint ?? "Sign the image with `cosign sign --key`.",
    );
  }
}

export const signatureViolation = (message: string, hint: string): Violation => ({
  rule: "images.signed_by",
  field: "image",
  message,
  hint,
});
