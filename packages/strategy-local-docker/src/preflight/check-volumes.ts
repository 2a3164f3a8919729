import { isDeepStrictEqual } from "node:util";
import type { Mount } from "@openfactory/deploy-core";
import type { VolumeDetails } from "@openfactory/docker-engine";
import type { Candidate, Finding } from "./candidate.js";
import type { World } from "./world.js";

/**
 * Volumes that exist with another driver or other options: the engine takes them as they are, without a word, so that an
 * NFS volume would go on mounting what it did. Whether the source of a bind exists, no engine can be asked.
 */
export function checkVolumes({ request: { mounts = [] } }: Candidate, { volumes, host }: World): Finding[] {
  return mounts.flatMap((mount, index): Finding[] => {
    const there = mount.Type === "volume" && mount.Source !== undefined ? volumes.get(mount.Source) : undefined;
    if (there === undefined || isAsAsked(there, mount)) return [];
    return [
      {
        code: "CONFLICT",
        field: `mounts[${index}]`,
        message: `the volume ${there.Name} exists on ${host} already, with ${described(there)}, and would be used as it is`,
        hint: "Use a volume of another name; or, if what is in it may go, remove it first (docker volume rm).",
      },
    ];
  });
}

/** Where a mount says nothing of driver and options, any volume will do. */
function isAsAsked({ Driver, Options }: VolumeDetails, { VolumeOptions }: Mount): boolean {
  const { Name = "local", Options: asked = {} } = VolumeOptions?.DriverConfig ?? {};
  if (VolumeOptions?.DriverConfig === undefined) return true;
  return Driver === Name && isDeepStrictEqual({ ...Options }, { ...asked });
}

/** Names only: options can hold a password, as those of CIFS do. */
const described = ({ Driver, Options }: VolumeDetails): string => {
  const names = Object.keys(Options ?? {});
  return `the driver ${Driver} and ${names.length === 0 ? "no options" : `other options (${names.sort().join(", ")})`}`;
};
