import type { ServiceSettings } from "@openfactory/deploy-core";
import type { FieldChange } from "../plan/plan.js";
import { imageAgainst } from "./image.js";
import { type LeafValue, leavesOf } from "./leaves.js";
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
