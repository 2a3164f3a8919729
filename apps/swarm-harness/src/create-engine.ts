import { startNodes, type NodesOptions } from "./nodes.js";
import type { Node } from "./node.js";

/** One engine in a container, in no swarm. */
export interface SingleEngine extends Node {
  /** The address of the machine it runs on, as the engine sees it: where a registry of the test may listen. */
  readonly gateway: string;
  down(): Promise<void>;
}

/**
 * Starts one engine of the given version in a container, reachable at `host`.
 * @throws TestEngineError, or the signal's reason; nothing is left then
 */
export async function createEngine(options: NodesOptions = {}): Promise<SingleEngine> {
  const { nodes, network, down } = await startNodes(1, options);
  return { ...nodes[0]!, gateway: network.subnet.address(1), down };
}
