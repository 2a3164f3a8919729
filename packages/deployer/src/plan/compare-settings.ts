import { hash } from "node:crypto";
import type { NormalizedRequest, ServiceSettings, ServiceStatus } from "@openfactory/deploy-core";
import { SETTINGS_LABEL } from "../model/labels.js";
import type { FieldChange } from "../model/plan.js";
import { flattenSettings, type SettingValue } from "./flatten-settings.js";
import { type MaskOptions, maskValue } from "./mask.js";

/** The differences between observed (`from`) and desired (`to`) settings, sorted by path. */
export function compareSettings(from: ServiceSettings, to: ServiceSettings, options: MaskOptions = {}): FieldChange[] {
  const before = new Map(flattenSettings({ ...from, image: comparableImage(from.image, to.image) }));
  const after = new Map(flattenSettings(to));
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => !isEqual(before.get(path), after.get(path)),
  );
  // The change shows the observed image with its digest.
  if (before.has("image")) before.set("image", from.image);
  return changed.sort().map((path) => changeOf(path, before.get(path), after.get(path), options));
}

const isEqual = (a: SettingValue | undefined, b: SettingValue | undefined): boolean =>
  a === b || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b));

function changeOf(
  path: string,
  from: SettingValue | undefined,
  to: SettingValue | undefined,
  options: MaskOptions,
): FieldChange {
  const before = from === undefined ? undefined : maskValue(path, from, options);
  const after = to === undefined ? undefined : maskValue(path, to, options);
  return {
    path,
    ...(before && { from: before.text }),
    ...(after && { to: after.text }),
    ...((before?.masked || after?.masked) && { masked: true }),
  };
}

/** An image reference without its digest. */
const withoutDigest = (image: string): string => image.split("@", 1)[0] ?? image;

/** An image for comparison with `wanted`: the digest counts only if `wanted` has one. */
const comparableImage = (image: string, wanted: string): string =>
  wanted.includes("@") ? image : withoutDigest(image);

/**
 * SHA-256 of settings, as `sha256:<64 hex digits>`. Stored as a label of the service, so that an unchanged service is
 * recognized without computing its desired settings.
 * @param image the desired image: if it has no digest, the digest in the settings does not count.
 */
export function fingerprint(settings: ServiceSettings, image: string): string {
  const settingsList = flattenSettings({ ...settings, image: comparableImage(settings.image, image) });
  const text = JSON.stringify(settingsList.sort(([a], [b]) => (a < b ? -1 : 1)));
  return `sha256:${hash("sha256", text)}`;
}

/** Whether a service still has the settings that it was deployed with; false if they differ or are unknown. */
export const matchesFingerprint = ({ settings, labels }: ServiceStatus, { image }: NormalizedRequest): boolean =>
  settings !== undefined && labels[SETTINGS_LABEL] === fingerprint(settings, image);
