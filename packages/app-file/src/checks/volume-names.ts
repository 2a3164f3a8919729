import { isSameDriver, volumeDifference, type VolumeDriver } from "@openfactory/deploy-core";
import type { Findings } from "../report/findings.js";
import { quote } from "../report/nearest.js";
import type { FilePath, SourceTree } from "../source/tree.js";
import { citePlace } from "./place.js";
import type { ReadApp } from "./read-app.js";

/** A storage that is a Docker volume. */
interface VolumeUse {
  /** The app's. */
  key: string;
  volume: string;
  driver: VolumeDriver;
  /** The storage in the file. */
  path: FilePath;
  tree: SourceTree;
}

/**
 * Two storages that have one volume name and other driver options: a finding at the later one. The name of an NFS volume is
 * OpenFactory's, in which `/srv/line_1` and `/srv/line/1` are the same. Docker mounts whichever volume was made first.
 */
export function checkVolumeNames(apps: readonly ReadApp[], findings: Findings): void {
  const byVolume = Map.groupBy(apps.flatMap(volumeUses), ({ volume }) => volume);
  for (const [first, ...others] of byVolume.values()) {
    for (const other of others) {
      if (first && !isSameDriver(first.driver, other.driver)) addConflict(first, other, findings);
    }
  }
}

function addConflict(first: VolumeUse, second: VolumeUse, findings: Findings): void {
  const here = second.tree.locate(second.path);
  const place = citePlace(first.tree.locate(first.path), here);
  const isHidden = [first, second].some(({ path, tree }) => tree.isInterpolated(path));
  const which = isHidden ? "one volume name" : `the volume name ${quote(second.volume)}`;
  const difference = isHidden ? "" : `: ${volumeDifference(second.driver, first.driver)}`;
  findings.add(
    here,
    `this storage of the app ${quote(second.key)} and a storage of the app ${quote(first.key)} (${place}) ` +
      `share ${which} and have other options${difference}`,
    "Docker would mount one of them in place of the other. Write both alike, or use another path, or add a mount option to one of them, which changes its volume name.",
  );
}

function volumeUses({ app, entry, path, tree }: ReadApp): VolumeUse[] {
  const names = Object.keys(entry.storage ?? {});
  const { mounts = [] } = app.request;
  return names.flatMap((name, index) => {
    const { Type, Source, VolumeOptions } = mounts[index] ?? {};
    const here = [...path, "storage", name];
    if (Type !== "volume" || Source == null || tree.isBroken(here)) return [];
    return [{ key: app.key, volume: Source, driver: VolumeOptions?.DriverConfig ?? {}, path: here, tree }];
  });
}
