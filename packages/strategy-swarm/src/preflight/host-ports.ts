import type { PreflightProblem, PublishedPort } from "@openfactory/deploy-core";
import { fittingNodes } from "../fitting-nodes.js";
import { type Candidate, problem, tasksOf } from "./candidate.js";
import { holdersBeside, isSamePort } from "./ports.js";
import type { World } from "./world.js";

const isHostPort = ({ mode, published }: PublishedPort): boolean => mode === "host" && published !== undefined;

/** Ports in `host` mode that too few nodes have free: each task takes that of a node of its own. */
export function hostPortProblems(candidate: Candidate, world: World, all: readonly Candidate[]): PreflightProblem[] {
  const { request } = candidate;
  const fitting = fittingNodes(world.nodes, request.constraints).map(({ ID }) => ID);
  // Where no node fits, the constraints are the problem.
  if (fitting.length === 0) return [];
  return (request.ports ?? []).filter(isHostPort).flatMap((port) => {
    const taken = takenNodes(port, candidate, world, all);
    const free = fitting.filter((node) => !taken.has(node)).length;
    const needed = tasksOf(request) + neededBefore(port, candidate, world, all);
    if (free >= needed) return [];
    const message =
      free === 0
        ? `Host port ${port.published} is taken on every node that the service may run on`
        : `Host port ${port.published} is free on ${free} of the nodes that may run it, and ${needed} tasks need one of their own`;
    const hint = "Publish another host port, ask for fewer replicas, or remove the service that has it.";
    return [problem(candidate, { code: "CONFLICT", field: "ports", message, hint })];
  });
}

/** The nodes on which a task of another service has the port. */
function takenNodes(port: PublishedPort, candidate: Candidate, { services, tasks }: World, all: readonly Candidate[]): ReadonlySet<string> {
  const names = new Set(
    holdersBeside(candidate, services, all)
      .filter(({ ports }) => ports.some((held) => isHostPort(held) && isSamePort(held, port)))
      .map(({ name }) => name),
  );
  const ids = new Set(services.filter(({ Spec }) => names.has(Spec.Name)).map(({ ID }) => ID));
  return new Set(tasks.flatMap(({ ServiceID, NodeID }) => (ids.has(ServiceID) && NodeID !== undefined ? [NodeID] : [])));
}

/** How many tasks of earlier requests, which do not run yet, take that port of the same nodes. */
function neededBefore(port: PublishedPort, { request }: Candidate, { nodes }: World, all: readonly Candidate[]): number {
  const own = new Set(fittingNodes(nodes, request.constraints).map(({ ID }) => ID));
  const before = all.slice(0, all.findIndex((one) => one.request === request));
  return before
    .filter((one) => !one.updates && one.request.ports?.some((other) => isHostPort(other) && isSamePort(other, port)))
    .filter((one) => fittingNodes(nodes, one.request.constraints).every(({ ID }) => own.has(ID)))
    .reduce((sum, one) => sum + tasksOf(one.request), 0);
}
