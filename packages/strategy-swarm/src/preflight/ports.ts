import type { PreflightProblem, PublishedPort } from "@openfactory/deploy-core";
import type { ServiceDetails } from "@openfactory/docker-engine";
import { portsOf } from "../status.js";
import { type Candidate, problem } from "./candidate.js";
import type { World } from "./world.js";

/** The ports that a service has, or, of one that is about to be changed, will have. */
interface Holder {
  name: string;
  ports: readonly PublishedPort[];
}

/**
 * Host ports that another service has, or an earlier one of the requests wants. A port that is published on every node
 * (`ingress`) is one service's alone; one in `host` mode is a matter of the node: see `hostPortProblems`.
 */
export function portProblems(candidate: Candidate, { services }: World, all: readonly Candidate[]): PreflightProblem[] {
  const { request } = candidate;
  const holders = holdersBeside(candidate, services, all);
  return (request.ports ?? []).flatMap((port) => {
    const holder = holders.find(({ ports }) => ports.some((held) => collide(port, held)));
    if (holder === undefined) return [];
    const message = `Host port ${port.published} is published by service ${holder.name} already`;
    return [problem(candidate, { code: "CONFLICT", field: "ports", message, hint: "Publish another host port, or remove that service." })];
  });
}

/** Services beside that of the request: those that stay as they are, and before it in the list those that are to be. */
export function holdersBeside(
  { request }: Candidate,
  services: readonly ServiceDetails[],
  all: readonly Candidate[],
): Holder[] {
  const updated = new Set(all.filter(({ updates }) => updates).map((one) => one.request.name));
  const staying = services
    .filter(({ Spec }) => Spec.Name !== request.name && !updated.has(Spec.Name))
    .map((service) => ({ name: service.Spec.Name, ports: portsOf(service) }));
  const before = all.slice(0, all.findIndex((one) => one.request === request));
  return [...staying, ...before.map((one) => ({ name: one.request.name, ports: one.request.ports ?? [] }))];
}

export const isSamePort = (a: PublishedPort, b: PublishedPort): boolean =>
  a.published !== undefined && a.published === b.published && a.protocol === b.protocol;

const collide = (a: PublishedPort, b: PublishedPort): boolean => isSamePort(a, b) && !(a.mode === "host" && b.mode === "host");
