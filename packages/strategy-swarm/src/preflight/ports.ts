import type { PreflightProblem, PublishedPort } from "@openfactory/deploy-core";
import { eligibleNodes } from "../observe/eligible-nodes.js";
import { type CheckedRequest, type EngineSnapshot, type ExistingService, problem, tasksOf } from "./snapshot.js";

/** A service that has a host port, or that is to have it. */
interface PortOwner {
  name: string;
  port: PublishedPort;
  /** The request that it is to be; none: it stays as it is. */
  candidate?: CheckedRequest;
}

/** By port: services that stay as they are, and after them those that are to be, in their order. */
export type PortOwners = ReadonlyMap<string, readonly PortOwner[]>;

const keyOf = ({ published, protocol }: PublishedPort): string => `${published}/${protocol}`;

export function findPortOwners(
  services: readonly ExistingService[],
  candidates: readonly CheckedRequest[],
): PortOwners {
  const updated = new Set(candidates.filter(({ updates }) => updates).map(({ request }) => request.name));
  const others = services.filter(({ name }) => !updated.has(name));
  const holders: PortOwner[] = [
    ...others.flatMap(({ name, ports }) => ports.map((port) => ({ name, port }))),
    ...candidates.flatMap((candidate) =>
      (candidate.request.ports ?? []).map((port) => ({ name: candidate.request.name, port, candidate })),
    ),
  ];
  return Map.groupBy(
    holders.filter(({ port }) => port.published !== undefined),
    ({ port }) => keyOf(port),
  );
}

/** The others that have a port of a request's: of those that are to be, the ones before it. */
function otherOwners(holders: PortOwners, port: PublishedPort, candidate: CheckedRequest): readonly PortOwner[] {
  const all = port.published === undefined ? [] : (holders.get(keyOf(port)) ?? []);
  const before = all.slice(
    0,
    all.findIndex((holder) => holder.candidate === candidate),
  );
  return before.filter(({ name }) => name !== candidate.request.name);
}

/**
 * Host ports that another service has, or an earlier one of the requests wants. A port that is published on every node
 * (`ingress`) is one service's alone; one in `host` mode is a matter of the node: see `hostPortProblems`.
 */
export const portProblems = (candidate: CheckedRequest, holders: PortOwners): PreflightProblem[] =>
  (candidate.request.ports ?? []).flatMap((port) => {
    const holder = otherOwners(holders, port, candidate).find(
      ({ port: held }) => !(port.mode === "host" && held.mode === "host"),
    );
    if (holder === undefined) return [];
    const message = `Host port ${port.published} is published by service ${holder.name} already`;
    return [
      problem(candidate, {
        code: "CONFLICT",
        field: "ports",
        message,
        hint: "Publish another host port, or remove that service.",
      }),
    ];
  });

/**
 * Ports of the routing mesh that a container on the manager's own node publishes: the swarm accepts them, and on that node
 * one of the two is not reached. Containers of other nodes can't be seen.
 */
export const containerPortProblems = (
  candidate: CheckedRequest,
  { containers }: EngineSnapshot,
): PreflightProblem[] => {
  const { request, updates } = candidate;
  if (updates) return [];
  return (request.ports ?? []).flatMap((port) => {
    if (port.mode !== "ingress" || port.published === undefined) return [];
    const holder = containers.find(({ Ports }) =>
      Ports.some(({ PublicPort, Type }) => PublicPort === port.published && Type === port.protocol),
    );
    if (holder === undefined) return [];
    const name = holder.Names[0]?.replace(/^\//, "") ?? holder.Id;
    const message = `Host port ${port.published}/${port.protocol} is in use on the manager's node, by the container ${name}`;
    return [
      problem(candidate, {
        code: "CONFLICT",
        field: "ports",
        message,
        hint: "Publish another host port, or stop that container.",
      }),
    ];
  });
};

export const isHostPort = ({ mode, published }: PublishedPort): boolean => mode === "host" && published !== undefined;

/** Ports in `host` mode that too few nodes have free: each task takes that of a node of its own. */
export function hostPortProblems(
  candidate: CheckedRequest,
  world: EngineSnapshot,
  holders: PortOwners,
): PreflightProblem[] {
  const { request } = candidate;
  const fitting = eligibleNodes(world.nodes, request.constraints).map(({ ID }) => ID);
  // Where no node fits, the constraints are the problem.
  if (fitting.length === 0) return [];
  return (request.ports ?? []).filter(isHostPort).flatMap((port) => {
    const held = otherOwners(holders, port, candidate).filter((holder) => isHostPort(holder.port));
    const taken = nodesOf(new Set(held.map(({ name }) => name)), world);
    const free = fitting.filter((node) => !taken.has(node)).length;
    const before = held.flatMap((holder) => holder.candidate ?? []);
    const needed = tasksOf(request) + neededBy(before, new Set(fitting), world);
    if (free >= needed) return [];
    const message =
      free === 0
        ? `Host port ${port.published} is taken on every node that the service may run on`
        : `Host port ${port.published} is free on ${free} of the nodes that may run it, and ${needed} tasks need one of their own`;
    const hint = "Publish another host port, ask for fewer replicas, or remove the service that has it.";
    return [problem(candidate, { code: "CONFLICT", field: "ports", message, hint })];
  });
}

/** Ids of the nodes on which a task of these services runs. */
export function nodesOf(names: ReadonlySet<string>, { services, tasks }: EngineSnapshot): ReadonlySet<string> {
  const ids = new Set(services.filter(({ name }) => names.has(name)).flatMap(({ ids: own }) => own));
  return new Set(
    tasks.flatMap(({ ServiceID, NodeID }) => (ids.has(ServiceID) && NodeID !== undefined ? [NodeID] : [])),
  );
}

/** How many tasks of these requests, which do not run yet, take the port of these nodes. */
const neededBy = (candidates: readonly CheckedRequest[], nodes: ReadonlySet<string>, world: EngineSnapshot): number =>
  candidates
    .filter(({ updates }) => !updates)
    .filter(({ request }) => eligibleNodes(world.nodes, request.constraints).every(({ ID }) => nodes.has(ID)))
    .reduce((sum, { request }) => sum + tasksOf(request), 0);
