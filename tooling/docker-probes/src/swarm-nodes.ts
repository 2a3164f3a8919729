import { RawEngine } from "@openfactory/test-engine";
import type { ProbedNode } from "./service-probes.js";

/** The nodes of a swarm, the managers first, as the probes want them. */
export const probedNodes = (
  nodes: readonly { name: string; host: string; address: string }[],
): [ProbedNode, ...ProbedNode[]] => {
  const [first, ...others] = nodes.map(({ name, host, address }) => ({ name, address, engine: new RawEngine(host) }));
  if (first === undefined) throw new Error("a swarm has a node at least");
  return [first, ...others];
};
