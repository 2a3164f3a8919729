import { type Mount, volumeDifference } from "@openfactory/deploy-core";
import type { VolumeDetails } from "@openfactory/docker-engine";
import type { Candidate, Finding } from "./candidate.js";
import type { World } from "./world.js";

/**
 * Volumes that exist with another driver or other options. The engine mounts an existing volume as it is and reports
 * nothing, so the service would read and write other data. No engine can say whether the source of a bind exists.
 */
export function checkVolumes({ request: { mounts = [] } }: Candidate, { volumes, host }: World): Finding[] {
  return mounts.flatMap((mount, index): Finding[] => {
    const existing = mount.Type === "volume" && mount.Source !== undefined ? volumes.get(mount.Source) : undefined;
    const difference = existing && differenceOf(existing, mount);
    if (difference === undefined) return [];
    return [
      {
        code: "CONFLICT",
        field: `mounts[${index}]`,
        message: `the volume ${mount.Source} exists on ${host} with ${difference}, and Docker would mount it unchanged`,
        hint: `Use a volume of another name; or, if its data is not needed, remove it first: docker volume rm ${mount.Source}.`,
      },
    ];
  });
}

/** A mount without a driver takes any volume. */
const differenceOf = ({ Driver, Options }: VolumeDetails, { VolumeOptions }: Mount): string | undefined =>
  VolumeOptions?.DriverConfig && volumeDifference({ Name: Driver, Options }, VolumeOptions.DriverConfig);
