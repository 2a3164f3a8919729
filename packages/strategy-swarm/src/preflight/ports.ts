import type { PublishedPort } from "@openfactory/deploy-core";
import { type CheckedRequest, listedName, type Problem } from "@openfactory/docker-engine";
import { eligibleNodes } from "../observe/eligible-nodes.js";
import { type EngineSnapshot, type ExistingService, tasksOf } from "./snapshot.js";

/** A service that publishes a host port, or will. */
interface PortOwner {
  name: string;
  port: PublishedPort;
  /** The request that publishes the port. Undefined: an existing service that no request changes. */
  checked?: CheckedRequest;
}

/** The owners of each port: first the services that no request changes, then the requests in their order. */
export type PortOwners = ReadonlyMap<string, readonly PortOwner[]>;

const keyOf = ({ published, protocol }: PublishedPort): string => `${published}/${protocol}`;

export function findPortOwners(services: readonly ExistingService[], requests: readonly CheckedRequest[]): PortOwners {
  const updated = new Set(requests.filter(({ updates }) => updates).map(({ request }) => request.name));
  const unchanged = services.filter(({ name }) => !updated.has(name));
  const owners: PortOwner[] = [
    ...unchanged.flatMap(({ name, ports }) => ports.map((port) => ({ name, port }))),
    ...requests.flatMap((checked) =>
      (checked.request.ports ?? []).map((port) => ({ name: checked.request.name, port, checked })),
    ),
  ];
  return Map.groupBy(
    owners.filter(({ port }) => port.published !== undefined),
    ({ port }) => keyOf(port),
  );
}

/** The other owners of a request's port: unchanged services, and requests before this one. */
function otherOwners(owners: PortOwners, port: PublishedPort, checked: CheckedRequest): readonly PortOwner[] {
  const all = port.published === undefined ? [] : (owners.get(keyOf(port)) ?? []);
  const earlier = all.slice(
    0,
    all.findIndex((owner) => owner.checked === checked),
  );
  return earlier.filter(({ name }) => name !== checked.request.name);
}

/**
 * Host ports that another service or an earlier request publishes. A port in mode `ingress` is published on every node and
 * has one owner. Two services may publish the same port in mode `host` on different nodes: see `hostPortProblems`.
 */
export const portProblems = (checked: CheckedRequest, owners: PortOwners): Problem[] =>
  (checked.request.ports ?? []).flatMap((port) => {
    const owner = otherOwners(owners, port, checked).find(
      ({ port: other }) => !(port.mode === "host" && other.mode === "host"),
    );
    if (owner === undefined) return [];
    const message = `Host port ${port.published} is already published by service ${owner.name}`;
    const hint = `Publish another host port, or remove service ${owner.name}.`;
    return [{ code: "CONFLICT", field: "ports", message, hint }];
  });

/**
 * Ports of the routing mesh that a container on the manager's own node publishes. The swarm accepts them, but on that node
 * only one of the two can be reached. Containers of other nodes can't be listed.
 */
export const containerPortProblems = (checked: CheckedRequest, { containers }: EngineSnapshot): Problem[] => {
  const { request, updates } = checked;
  if (updates) return [];
  return (request.ports ?? []).flatMap((port) => {
    if (port.mode !== "ingress" || port.published === undefined) return [];
    const owner = containers.find(({ Ports }) =>
      Ports.some(({ PublicPort, Type }) => PublicPort === port.published && Type === port.protocol),
    );
    if (owner === undefined) return [];
    const name = listedName(owner);
    const message = `Host port ${port.published}/${port.protocol} is already in use by container ${name} on the manager's node`;
    const hint = `Publish another host port, or stop container ${name}.`;
    return [{ code: "CONFLICT", field: "ports", message, hint }];
  });
};

export const isHostPort = ({ mode, published }: PublishedPort): boolean => mode === "host" && published !== undefined;

/** Ports in mode `host` that too few nodes have free: each task needs the port on a node of its own. */
export function hostPortProblems(checked: CheckedRequest, snapshot: EngineSnapshot, owners: PortOwners): Problem[] {
  const { request } = checked;
  const eligible = eligibleNodes(snapshot.nodes, request.constraints).map(({ ID }) => ID);
  // Without eligible nodes, the constraints are the problem.
  if (eligible.length === 0) return [];
  return (request.ports ?? []).filter(isHostPort).flatMap((port) => {
    const others = otherOwners(owners, port, checked).filter((owner) => isHostPort(owner.port));
    const taken = nodesOf(new Set(others.map(({ name }) => name)), snapshot);
    const free = eligible.filter((node) => !taken.has(node)).length;
    const earlier = others.flatMap((owner) => owner.checked ?? []);
    const needed = tasksOf(request) + tasksOnNodes(earlier, new Set(eligible), snapshot);
    if (free >= needed) return [];
    const message =
      free === 0
        ? `Host port ${port.published} is in use on every eligible node`
        : `Host port ${port.published} is free on ${free} of ${eligible.length} eligible nodes, and ${needed} tasks need it`;
    const hint = "Publish another host port, ask for fewer replicas, or remove the service that uses the port.";
    return [{ code: "CONFLICT", field: "ports", message, hint }];
  });
}

/** The ids of the nodes on which a task of these services runs. */
export function nodesOf(names: ReadonlySet<string>, { services, tasks }: EngineSnapshot): ReadonlySet<string> {
  const ids = new Set(services.filter(({ name }) => names.has(name)).flatMap(({ ids: own }) => own));
  return new Set(
    tasks.flatMap(({ ServiceID, NodeID }) => (ids.has(ServiceID) && NodeID !== undefined ? [NodeID] : [])),
  );
}

/** The number of tasks of new services that can only run on these nodes. */
const tasksOnNodes = (
  requests: readonly CheckedRequest[],
  nodes: ReadonlySet<string>,
  snapshot: EngineSnapshot,
): number =>
  requests
    .filter(({ updates }) => !updates)
    .filter(({ request }) => eligibleNodes(snapshot.nodes, request.constraints).every(({ ID }) => nodes.has(ID)))
    .reduce((sum, { request }) => sum + tasksOf(request), 0);
