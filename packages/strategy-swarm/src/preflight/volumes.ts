import { type Mount, type PreflightProblem, volumeDifference, type VolumeDriver } from "@openfactory/deploy-core";
import { fittingNodes } from "../fitting-nodes.js";
import { type Candidate, problem } from "./candidate.js";
import type { World } from "./world.js";

/**
 * Volumes that exist with another driver or other options than a mount asks for. An engine mounts an existing volume as
 * it is and reports nothing, so the service would read and write other data. Only the volumes of the manager's own node
 * can be listed, and they matter if the service may run there. Those of other nodes show in the services that mount them.
 */
export function volumeProblems(candidate: Candidate, world: World): PreflightProblem[] {
  const { mounts = [] } = candidate.request;
  return mounts.flatMap((mount, index) => {
    const asked = driverOf(mount);
    if (asked === undefined || mount.Source === undefined) return [];
    const message =
      onManager(mount.Source, asked, candidate, world) ?? inService(mount.Source, asked, candidate, world);
    if (message === undefined) return [];
    const hint = `Use a volume of another name; or, if its data is not needed, remove it on every node: docker volume rm ${mount.Source}.`;
    return [problem(candidate, { code: "CONFLICT", field: `mounts[${index}]`, message, hint })];
  });
}

/** What a mount asks of its volume. Undefined: any volume will do. */
function driverOf({ Type, VolumeOptions }: Mount): VolumeDriver | undefined {
  const driver = VolumeOptions?.DriverConfig;
  return Type !== "volume" || (driver?.Name === undefined && driver?.Options === undefined) ? undefined : driver;
}

function onManager(
  name: string,
  asked: VolumeDriver,
  { request: { constraints } }: Candidate,
  { volumes, nodes, managerId }: World,
): string | undefined {
  const manager = fittingNodes(nodes, constraints).find(({ ID }) => ID === managerId);
  const existing = manager && volumes.find(({ Name }) => Name === name);
  const difference = existing && volumeDifference({ Name: existing.Driver, Options: existing.Options }, asked);
  if (difference === undefined) return undefined;
  return `Volume ${name} exists on ${manager?.Description.Hostname} with ${difference}, and Docker would mount it unchanged`;
}

function inService(name: string, asked: VolumeDriver, { request }: Candidate, { services }: World): string | undefined {
  for (const { name: service, settings, mounts } of services) {
    for (const mount of service === request.name ? [] : (settings?.mounts ?? mounts ?? [])) {
      const present = mount.Source === name ? driverOf(mount) : undefined;
      const difference = present && volumeDifference(present, asked);
      if (difference !== undefined)
        return `Service ${service} mounts volume ${name} with ${difference}, and Docker would mount the same one`;
    }
  }
  return undefined;
}
