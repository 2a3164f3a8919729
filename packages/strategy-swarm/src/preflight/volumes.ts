import { type Mount, type PreflightProblem, volumeDifference } from "@openfactory/deploy-core";
import type { VolumeDetails } from "@openfactory/docker-engine";
import { fittingNodes } from "../fitting-nodes.js";
import { type Candidate, problem } from "./candidate.js";
import type { World } from "./world.js";

/**
 * Volumes that exist with another driver or other options than a mount asks for. An engine mounts an existing volume as
 * it is and reports nothing, so the service would read and write other data. Only the volumes of the manager's own node
 * can be listed, and they matter if the service may run there.
 */
export function volumeProblems(candidate: Candidate, { volumes, nodes, managerId }: World): PreflightProblem[] {
  const { mounts = [], constraints } = candidate.request;
  const manager = fittingNodes(nodes, constraints).find(({ ID }) => ID === managerId);
  if (manager === undefined) return [];
  return mounts.flatMap((mount, index) => {
    const existing = volumes.find(({ Name }) => mount.Type === "volume" && Name === mount.Source);
    const difference = existing && differenceOf(existing, mount);
    if (difference === undefined) return [];
    const host = manager.Description.Hostname;
    return [
      problem(candidate, {
        code: "CONFLICT",
        field: `mounts[${index}]`,
        message: `Volume ${mount.Source} exists on ${host} with ${difference}, and Docker would mount it unchanged`,
        hint: `Use a volume of another name; or, if its data is not needed, remove it on every node: docker volume rm ${mount.Source}.`,
      }),
    ];
  });
}

/** A mount without a driver takes any volume. */
function differenceOf({ Driver, Options }: VolumeDetails, { VolumeOptions }: Mount): string | undefined {
  const asked = VolumeOptions?.DriverConfig;
  if (asked === undefined || (asked.Name === undefined && asked.Options === undefined)) return undefined;
  return volumeDifference({ Name: Driver, Options }, asked);
}
