import { setTimeout as sleep } from "node:timers/promises";
import { TestEngineError } from "@openfactory/test-engine";
import type { EngineVersion } from "./node-engines.js";
import type { Node } from "./node.js";
import { type NodesOptions, startNodes } from "./nodes.js";

export interface SwarmOptions extends NodesOptions {
  readonly engine?: EngineVersion;
  /** The number of nodes; default 3. */
  readonly nodes?: number;
  /** The number of managers, which are the first nodes; default 1. */
  readonly managers?: number;
}

/** A real swarm on this machine. */
export interface Swarm {
  readonly name: string;
  /** All nodes: first the managers, then the workers. */
  readonly nodes: Node[];
  readonly managers: Node[];
  readonly workers: Node[];
  /** The address of this machine on the nodes' network, for registries of a test. */
  readonly gateway: string;
  /** The id of the nodes' network on the host engine. */
  readonly network: string;
  /** Removes the nodes and their network. For a shared swarm: removes everything that was deployed to it. */
  down(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Creates a swarm whose nodes are all ready and have the given images. Removes everything if it fails or is aborted.
 * @throws TestEngineError if there are fewer nodes than managers or the nodes form no swarm; the signal's reason
 */
export async function createSwarm(options: SwarmOptions = {}): Promise<Swarm> {
  const { nodes: count = 3, managers: managerCount = 1, signal } = options;
  if (!(managerCount >= 1 && managerCount <= count)) {
    throw new TestEngineError(`A swarm of ${count} nodes can't have ${managerCount} managers: use 1 to ${count}.`);
  }
  const { name, nodes, network, down } = await startNodes(count, options);
  try {
    const managers = nodes.slice(0, managerCount);
    const workers = nodes.slice(managerCount);
    await formSwarm(managers, workers, signal);
    return { name, nodes, managers, workers, gateway: network.subnet.address(1), network: network.id, down };
  } catch (error) {
    await down();
    throw signal?.aborted ? signal.reason : error;
  }
}

/** Engine API: SwarmInit on the first manager, SwarmJoin with the token of the role on the others. */
async function formSwarm(managers: Node[], workers: Node[], signal?: AbortSignal): Promise<void> {
  const [first, ...others] = managers as [Node, ...Node[]];
  const listen = { ListenAddr: "0.0.0.0:2377" };
  await first.api.call("POST", "/swarm/init", { ...listen, AdvertiseAddr: first.address }, { signal });
  const { JoinTokens } = await first.api.call("GET", "/swarm");
  const join = (node: Node, JoinToken: string) => {
    const body = { ...listen, AdvertiseAddr: node.address, RemoteAddrs: [`${first.address}:2377`], JoinToken };
    return node.api.call("POST", "/swarm/join", body, { signal });
  };
  // In sequence: a manager that joins disturbs the vote on the manager before it.
  for (const manager of others) await join(manager, JoinTokens.Manager);
  await Promise.all(workers.map((worker) => join(worker, JoinTokens.Worker)));
  await waitUntilReady(first, managers.length + workers.length, signal);
}

async function waitUntilReady(manager: Node, count: number, signal?: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + READY_TIMEOUT_MS; ; await sleep(200, undefined, { signal })) {
    const nodes = (await manager.api.call("GET", "/nodes")) as { Status: { State: string } }[];
    if (nodes.filter((node) => node.Status.State === "ready").length === count) return;
    if (Date.now() > deadline)
      throw new TestEngineError(`Not all of the ${count} nodes became ready within ${READY_TIMEOUT_MS / 1000} s.`);
  }
}

/** One engine in a container, without a swarm. */
export interface SingleEngine extends Node {
  /** The address of this machine on the node's network, for registries of a test. */
  readonly gateway: string;
  down(): Promise<void>;
}

/**
 * Starts one engine of the given version in a container. Removes it if the start fails or is aborted.
 * @throws TestEngineError; the signal's reason
 */
export async function createEngine(options: NodesOptions = {}): Promise<SingleEngine> {
  const { nodes, network, down } = await startNodes(1, options);
  return { ...nodes[0]!, gateway: network.subnet.address(1), down };
}
