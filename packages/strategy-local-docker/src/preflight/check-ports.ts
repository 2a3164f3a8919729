import type { PublishedPort } from "@openfactory/deploy-core";
import { listedPorts, sameHostPort } from "../ports.js";
import type { Candidate, Finding } from "./candidate.js";
import { ownContainers, type World } from "./world.js";

/**
 * Host ports that other containers of this engine have, or that several requests want. One that a service has which is to
 * be updated in the same run, and gives it up then, is nobody's. What else listens on the host, no engine can tell.
 */
export function checkPorts(candidate: Candidate, world: World, all: readonly Candidate[]): Finding[] {
  return (candidate.request.ports ?? []).flatMap((port): Finding[] => {
    const holder = port.published === undefined ? undefined : holderOf(port, candidate, world, all);
    if (holder === undefined) return [];
    return [
      {
        code: "CONFLICT",
        field: "ports",
        message: `host port ${port.published}/${port.protocol} is in use on ${world.host}, by ${holder}`,
        hint: "Publish another host port, or stop what has it.",
      },
    ];
  });
}

/** Who has a port, or gets it before the candidate does. */
function holderOf(
  port: PublishedPort,
  candidate: Candidate,
  world: World,
  all: readonly Candidate[],
): string | undefined {
  const updated = new Set(
    all.filter(({ updates }) => updates).flatMap(({ service }) => [...ownContainers(world, service)]),
  );
  const holder = world.containers.find(({ id, summary }) => !updated.has(id) && has(summary.Ports, port));
  if (holder !== undefined) return `the container ${holder.name}${holder.foreign ? ` of ${holder.foreign.text}` : ""}`;
  // What has it already keeps it; among the others, the first request gets it.
  const wanting = all.filter(({ request }) => request.ports?.some((one) => sameHostPort(port, one)));
  const first = wanting.find((one) => keeps(one, port, world)) ?? wanting[0];
  return first === candidate || first === undefined ? undefined : `the service ${first.service}, which is to have it`;
}

const has = (ports: Parameters<typeof listedPorts>[0], port: PublishedPort): boolean =>
  listedPorts(ports).some((other) => sameHostPort(port, other));

function keeps({ service, updates }: Candidate, port: PublishedPort, world: World): boolean {
  const own = updates ? ownContainers(world, service) : new Set<string>();
  return world.containers.some(({ id, summary }) => own.has(id) && has(summary.Ports, port));
}
