import {
  DeploymentError,
  type ErrorIssue,
  isSameDriver,
  volumeDifference,
  type VolumeDriver,
} from "@openfactory/deploy-core";
import type { CheckedRequest } from "./check-requests.js";

interface VolumeUse {
  app: CheckedRequest["app"];
  volume: string;
  driver: VolumeDriver;
}

/**
 * Checks that no two apps ask for one volume with different drivers or driver options: the engine would make the volume for
 * the app that comes first, and mount it in the other one, too. A mount without a driver takes any volume.
 * @throws DeploymentError `INVALID_REQUEST` with one issue per finding.
 */
export function checkVolumes(apps: readonly CheckedRequest[]): void {
  const byVolume = Map.groupBy(apps.flatMap(volumeUses), ({ volume }) => volume);
  const issues = [...byVolume.values()].flatMap(([first, ...others]) =>
    others.flatMap((other) => (first && !isSameDriver(first.driver, other.driver) ? [conflict(first, other)] : [])),
  );
  if (issues.length === 0) return;
  throw new DeploymentError("INVALID_REQUEST", `${issues[0]?.message}.`, {
    issues,
    hint: "Use another volume name, or the same options, in the named apps; nothing was deployed.",
  });
}

const conflict = (first: VolumeUse, second: VolumeUse): ErrorIssue => ({
  message: `${second.app.key} and ${first.app.key} ask for the volume ${second.volume} with different options: ${volumeDifference(second.driver, first.driver)}`,
  location: second.app.location,
});

const volumeUses = ({ app, request: { mounts = [] } }: CheckedRequest): VolumeUse[] =>
  mounts.flatMap(({ Type, Source, VolumeOptions }) => {
    const driver = VolumeOptions?.DriverConfig;
    return Type === "volume" && Source !== undefined && driver !== undefined ? [{ app, volume: Source, driver }] : [];
  });
