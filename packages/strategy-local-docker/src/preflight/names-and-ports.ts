import type { PublishedPort } from "@openfactory/deploy-core";
import type { CheckedRequest, ContainerSummary, Problem } from "@openfactory/docker-engine";
import { formatContainerName, type Role } from "../containers/names.js";
import type { ForeignOwner } from "../containers/other-orchestrators.js";
import { listedPorts, sameHostPort } from "../ports.js";
import { type EngineSnapshot, type PlannedRequest, replacedBy } from "./snapshot.js";

/** The roles whose names an update needs beside the service's name. */
const UPDATE_ROLES: readonly Role[] = ["candidate", "retiring", "previous"];

/** Names that other containers have: those of the new containers, and those that an update needs beside them. */
export function checkNames(checked: PlannedRequest, snapshot: EngineSnapshot): Problem[] {
  const { request, containers, updates } = checked;
  const replaced = replacedBy(checked, snapshot);
  const others = new Map(
    snapshot.containers.filter(({ id }) => !replaced.has(id)).map((container) => [container.name, container]),
  );
  const bases = new Set([request.name, ...containers.map(({ base }) => base)]);
  const names = [...bases].flatMap((base) => [
    { base },
    ...(updates ? UPDATE_ROLES.map((role) => ({ base, role })) : []),
  ]);
  return names
    .map(formatContainerName)
    .filter((name) => others.has(name))
    .map((name) => nameInUse(name, snapshot.host, others.get(name)?.foreign));
}

const nameInUse = (name: string, host: string, owner: ForeignOwner | undefined): Problem => ({
  code: "ALREADY_EXISTS",
  field: "name",
  message: `A container named ${name} already exists on ${host}${owner ? `, and belongs to ${owner.text}` : ""}`,
  hint: owner
    ? `Choose another name. ${owner.use} to change that container.`
    : `Choose another name, or remove the container: \`docker rm ${name}\`.`,
});

/**
 * Host ports that containers of this engine use, or that several requests publish. A port that an updated service gives up in
 * the same run is free. The engine does not know the ports of other processes of the host.
 */
export function checkPorts(
  request: CheckedRequest,
  snapshot: EngineSnapshot,
  all: readonly CheckedRequest[],
): Problem[] {
  return (request.request.ports ?? []).flatMap((port): Problem[] => {
    const user = port.published === undefined ? undefined : portUser(port, request, snapshot, all);
    if (user === undefined) return [];
    return [
      {
        code: "CONFLICT",
        field: "ports",
        message: `Host port ${port.published}/${port.protocol} on ${snapshot.host} is ${user.text}`,
        hint: user.hint,
      },
    ];
  });
}

/** The container that uses a host port, or the other request that gets it. */
function portUser(
  port: PublishedPort,
  request: CheckedRequest,
  snapshot: EngineSnapshot,
  all: readonly CheckedRequest[],
): { text: string; hint: string } | undefined {
  const replaced = new Set(all.flatMap((one) => [...replacedBy(one, snapshot)]));
  const user = snapshot.containers.find(({ id, summary }) => !replaced.has(id) && publishes(summary, port));
  if (user !== undefined) {
    const owner = user.foreign ? ` of ${user.foreign.text}` : "";
    return {
      text: `already in use by container ${user.name}${owner}`,
      hint: user.foreign
        ? `Change ports. ${user.foreign.use} to change that container.`
        : `Change ports, or stop the container: \`docker stop ${user.name}\`.`,
    };
  }
  // A service that has the port already keeps it. Otherwise the first request gets it.
  const publishing = all.filter((one) => one.request.ports?.some((other) => sameHostPort(port, other)));
  const first = publishing.find((one) => keepsPort(one, port, snapshot)) ?? publishing[0];
  if (first === request || first === undefined) return undefined;
  return { text: `also requested by service ${first.request.name}`, hint: "Change ports of one of the two services." };
}

const publishes = ({ Ports }: ContainerSummary, port: PublishedPort): boolean =>
  listedPorts(Ports).some((other) => sameHostPort(port, other));

function keepsPort(request: CheckedRequest, port: PublishedPort, snapshot: EngineSnapshot): boolean {
  const replaced = replacedBy(request, snapshot);
  return snapshot.containers.some(({ id, summary }) => replaced.has(id) && publishes(summary, port));
}
