import type { FileReference } from "@openfactory/deploy-core";
import type { Json } from "./engine-io.js";

/** The mounts of a container that are secrets and configs, apart from the others. */
export interface SplitMounts {
  mounts: Json[];
  secrets: FileReference[];
  configs: FileReference[];
}

/** The volume of a secret or config, with owner and mode unless they are the default. */
const VOLUME = /^openfactory-(secret|config)(?:-(\d+)-(\d+)-([0-7]+))?\.(.+)$/;
const BOUND = /\/([^/]+)\/_data\/content$/;

/** @param mounts in the format of HostConfig.Mounts. */
export function splitMounts(mounts: readonly Json[]): SplitMounts {
  const split: SplitMounts = { mounts: [], secrets: [], configs: [] };
  for (const mount of mounts) {
    const isWhole = mount.Type === "volume" && mount.VolumeOptions?.Subpath === undefined;
    const volume = mount.Type === "bind" ? BOUND.exec(mount.Source)?.[1] : mount.Source;
    const [, kind, uid = "0", gid = "0", mode = "444", name] = VOLUME.exec(volume ?? "") ?? [];
    // Engines below API 1.45 mount the whole volume, too.
    if (isWhole && kind !== undefined && mount.Target.startsWith("/run/openfactory/")) continue;
    if (kind === undefined || name === undefined || isWhole) {
      split.mounts.push(mount);
      continue;
    }
    if (!mount.ReadOnly) throw new Error(`the ${kind} ${name} is writable`);
    const target = kind === "secret" ? mount.Target.replace(/^\/run\/secrets\//, "") : mount.Target;
    split[kind === "secret" ? "secrets" : "configs"].push({ name, target, uid, gid, mode: Number.parseInt(mode, 8) });
  }
  return split;
}
