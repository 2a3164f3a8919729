import { hash } from "node:crypto";
import type { ServiceSettings } from "@openfactory/deploy-core";
import { imageAgainst } from "./image.js";
import { leavesOf } from "./leaves.js";

/**
 * SHA-256 of settings as they count for a comparison, as `sha256:<64 hex digits>`. Kept as a label with what is deployed,
 * so that a service that nobody has changed is known without asking for its settings anew.
 * @param image the image as it is asked for: without a digest there, the digest it was pinned to does not count.
 */
export function fingerprint(settings: ServiceSettings, image: string): string {
  const leaves = leavesOf({ ...settings, image: imageAgainst(settings.image, image) });
  const text = JSON.stringify(leaves.sort(([a], [b]) => (a < b ? -1 : 1)));
  return `sha256:${hash("sha256", text)}`;
}
