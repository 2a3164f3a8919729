import type { PublishedPort } from "@openfactory/deploy-core";
import { nameAt, type Role } from "../containers/names.js";
import type { ForeignOwner } from "../containers/other-orchestrators.js";
import { listedPorts, sameHostPort } from "../ports.js";
import type { Candidate, Finding } from "./candidate.js";
import { ownContainers, type World } from "./snapshot.js";

/** The places beside a name that an update takes on its way. */
const BESIDE: readonly Role[] = ["next", "leaving", "previous"];

/** Names that something else has: of the containers, and those that an update needs beside them. */
export function checkNames({ service, containers, updates }: Candidate, world: World): Finding[] {
  const own = updates ? ownContainers(world, service) : new Set<string>();
  const taken = new Map(
    world.containers.filter(({ id }) => !own.has(id)).map((container) => [container.name, container]),
  );
  const bases = new Set([service, ...containers.map(({ base }) => base)]);
  const wanted = [...bases].flatMap((base) => [{ base }, ...(updates ? BESIDE.map((role) => ({ base, role })) : [])]);
  return wanted
    .map(nameAt)
    .filter((name) => taken.has(name))
    .map((name) => inUse(name, world.host, taken.get(name)?.foreign));
}

const inUse = (name: string, host: string, owner: ForeignOwner | undefined): Finding => ({
  code: "ALREADY_EXISTS",
  field: "name",
  message: `there is a container named ${name} on ${host} already${owner ? `, which belongs to ${owner.text}` : ""}`,
  hint: owner
    ? `Choose another name. ${owner.use} to change that container.`
    : "Choose another name, or remove that container first.",
});

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
