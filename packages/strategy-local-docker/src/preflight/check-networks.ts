import { ambiguousNetwork, type NetworkDetails } from "@openfactory/docker-engine";
import type { Candidate, Finding } from "./candidate.js";
import type { World } from "./world.js";

/** Networks that are missing, or that containers may not join. */
export function checkNetworks({ request: { networks = [] } }: Candidate, world: World): Finding[] {
  return networks.flatMap((name, index) => {
    const found = world.networks.find((network) => network.Name === name || network.Id === name);
    const ambiguous = ambiguousNetwork(name, world.networks);
    const finding: Finding | undefined = ambiguous
      ? { code: "CONFLICT", ...ambiguous }
      : found === undefined
        ? missing(name, world)
        : closed(found);
    return finding === undefined ? [] : [{ ...finding, field: `networks[${index}]` }];
  });
}

function missing(name: string, { info, host }: World): Finding | undefined {
  // A swarm's worker learns of its networks when something of it joins them.
  const isWorker = info?.Swarm.LocalNodeState === "active" && !info.Swarm.ControlAvailable;
  if (name === "default" || isWorker) return undefined;
  return {
    code: "NETWORK_NOT_FOUND",
    message: `there is no network ${name} on ${host}`,
    hint: `Create it first (docker network create ${name}), or correct its name.`,
  };
}

function closed({ Name, Scope, Attachable, Ingress }: NetworkDetails): Finding | undefined {
  if (Scope !== "swarm" || (Attachable && !Ingress)) return undefined;
  return {
    code: "CONFLICT",
    message: `${Name} is a network of the swarm that containers may not join`,
    hint: "Create it anew with --attachable, or deploy on the platform swarm.",
  };
}
