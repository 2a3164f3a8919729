import type { PreflightProblem, PublishedPort } from "@openfactory/deploy-core";
import { type Candidate, problem } from "./candidate.js";
import type { PresentService, World } from "./world.js";

/** A service that has a host port, or that is to have it. */
interface Holder {
  name: string;
  port: PublishedPort;
  /** The request that it is to be; none: it stays as it is. */
  candidate?: Candidate;
}

/** By port: services that stay as they are, and after them those that are to be, in their order. */
export type Holders = ReadonlyMap<string, readonly Holder[]>;

const keyOf = ({ published, protocol }: PublishedPort): string => `${published}/${protocol}`;

export function findHolders(services: readonly PresentService[], candidates: readonly Candidate[]): Holders {
  const updated = new Set(candidates.filter(({ updates }) => updates).map(({ request }) => request.name));
  const others = services.filter(({ name }) => !updated.has(name));
  const holders: Holder[] = [
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
export function holdersBeside(holders: Holders, port: PublishedPort, candidate: Candidate): readonly Holder[] {
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
export const portProblems = (candidate: Candidate, holders: Holders): PreflightProblem[] =>
  (candidate.request.ports ?? []).flatMap((port) => {
    const holder = holdersBeside(holders, port, candidate).find(
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
export const containerPortProblems = (candidate: Candidate, { containers }: World): PreflightProblem[] => {
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
