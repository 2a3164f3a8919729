import { isDeepStrictEqual } from "node:util";
import type { Mount, PreflightProblem } from "@openfactory/deploy-core";
import type { VolumeDetails } from "@openfactory/docker-engine";
import { fittingNodes } from "../fitting-nodes.js";
import { listed } from "../listed.js";
import { type Candidate, problem } from "./candidate.js";
import type { World } from "./world.js";

/**
 * Volumes that exist with another driver or other options than a mount asks for: an engine mounts them as they are, and
 * says nothing. Seen of the manager's own node, if the service may run there.
 */
export function volumeProblems(candidate: Candidate, { volumes, nodes, managerId }: World): PreflightProblem[] {
  const { mounts = [], constraints } = candidate.request;
  const manager = fittingNodes(nodes, constraints).find(({ ID }) => ID === managerId);
  if (manager === undefined) return [];
  return mounts.flatMap((mount, index) => {
    const found = volumes.find(({ Name }) => mount.Type === "volume" && Name === mount.Source);
    const differing = found === undefined ? [] : differences(mount, found);
    if (differing.length === 0) return [];
    const message = `Volume ${mount.Source} exists on ${manager.Description.Hostname} with another ${listed(differing)}, and would be mounted as it is`;
    return [
      problem(candidate, {
        code: "CONFLICT",
        field: `mounts[${index}]`,
        message,
        hint: "Remove the volume on every node that has it, or give it another name; what it holds on a server stays there.",
      }),
    ];
  });
}

/** Names alone: options may hold passwords. */
function differences({ VolumeOptions }: Mount, { Driver, Options }: VolumeDetails): string[] {
  const asked = VolumeOptions?.DriverConfig;
  if (asked === undefined || (asked.Name === undefined && asked.Options === undefined)) return [];
  const [wanted, present] = [asked.Options ?? {}, Options ?? {}];
  const options = [...new Set([...Object.keys(wanted), ...Object.keys(present)])]
    .filter((name) => !isDeepStrictEqual(wanted[name], present[name]))
    .toSorted()
    .map((name) => `option ${name}`);
  return [...((asked.Name ?? "local") === Driver ? [] : ["driver"]), ...options];
}
