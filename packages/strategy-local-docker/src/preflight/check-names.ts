import type { ForeignOwner } from "../containers/foreign.js";
import { nameAt, type Role } from "../family/place.js";
import type { Candidate, Finding } from "./candidate.js";
import { ownContainers, type World } from "./world.js";

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
