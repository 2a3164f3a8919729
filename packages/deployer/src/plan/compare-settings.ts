import { hash } from "node:crypto";
import type { NormalizedRequest, ServiceSettings, ServiceStatus } from "@openfactory/deploy-core";
import { SETTINGS_LABEL } from "../model/labels.js";
import type { FieldChange } from "../model/plan.js";
import { type LeafValue, leavesOf } from "./flatten-settings.js";
import { type MaskOptions, shown } from "./mask.js";

/** What of a service is otherwise than it should be, sorted by path. */
export function compareSettings(from: ServiceSettings, to: ServiceSettings, options: MaskOptions = {}): FieldChange[] {
  const before = new Map(leavesOf({ ...from, image: imageAgainst(from.image, to.image) }));
  const after = new Map(leavesOf(to));
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => !isEqual(before.get(path), after.get(path)),
  );
  // Shown as it is: pinned or not.
  if (before.has("image")) before.set("image", from.image);
  return changed.sort().map((path) => changeOf(path, before.get(path), after.get(path), options));
}

const isEqual = (a: LeafValue | undefined, b: LeafValue | undefined): boolean =>
  a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b));

function changeOf(
  path: string,
  from: LeafValue | undefined,
  to: LeafValue | undefined,
  options: MaskOptions,
): FieldChange {
  const before = from === undefined ? undefined : shown(path, from, options);
  const after = to === undefined ? undefined : shown(path, to, options);
  return {
    path,
    ...(before && { from: before.text }),
    ...(after && { to: after.text }),
    ...((before?.masked || after?.masked) && { masked: true }),
  };
}

/** An image reference without its digest. */
const withoutDigest = (image: string): string => image.split("@", 1)[0] ?? image;

/** An image as it counts where `wanted` is asked for: a tag without a digest is content with whatever it was pinned to. */
const imageAgainst = (image: string, wanted: string): string => (wanted.includes("@") ? image : withoutDigest(image));

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

/** Whether a service has just the settings that it was given when it was deployed from the request; false: perhaps not. */
export const isAsDeployed = ({ settings, labels }: ServiceStatus, { image }: NormalizedRequest): boolean =>
  settings !== undefined && labels[SETTINGS_LABEL] === fingerprint(settings, image);
