import type { PreflightProblem, PublishedPort } from "@openfactory/deploy-core";
import { fittingNodes } from "../fitting-nodes.js";
import { type Candidate, problem, tasksOf } from "./candidate.js";
import { type Holders, holdersBeside } from "./ports.js";
import type { World } from "./world.js";

export const isHostPort = ({ mode, published }: PublishedPort): boolean => mode === "host" && published !== undefined;

/** Ports in `host` mode that too few nodes have free: each task takes that of a node of its own. */
export function hostPortProblems(candidate: Candidate, world: World, holders: Holders): PreflightProblem[] {
  const { request } = candidate;
  const fitting = fittingNodes(world.nodes, request.constraints).map(({ ID }) => ID);
  // Where no node fits, the constraints are the problem.
  if (fitting.length === 0) return [];
  return (request.ports ?? []).filter(isHostPort).flatMap((port) => {
    const held = holdersBeside(holders, port, candidate).filter((holder) => isHostPort(holder.port));
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
export function nodesOf(names: ReadonlySet<string>, { services, tasks }: World): ReadonlySet<string> {
  const ids = new Set(services.filter(({ name }) => names.has(name)).flatMap(({ ids: own }) => own));
  return new Set(
    tasks.flatMap(({ ServiceID, NodeID }) => (ids.has(ServiceID) && NodeID !== undefined ? [NodeID] : [])),
  );
}

/** How many tasks of these requests, which do not run yet, take the port of these nodes. */
const neededBy = (candidates: readonly Candidate[], nodes: ReadonlySet<string>, world: World): number =>
  candidates
    .filter(({ updates }) => !updates)
    .filter(({ request }) => fittingNodes(world.nodes, request.constraints).every(({ ID }) => nodes.has(ID)))
    .reduce((sum, { request }) => sum + tasksOf(request), 0);
