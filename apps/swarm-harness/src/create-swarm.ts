import { setTimeout as sleep } from "node:timers/promises";
import { TestEngineError } from "@openfactory/test-engine";
import type { EngineVersion } from "./engine-version.js";
import { startNodes, type NodesOptions } from "./nodes.js";
import type { Node } from "./node.js";

export interface SwarmOptions extends NodesOptions {
  readonly engine?: EngineVersion;
  /** How many nodes in all; default 3. */
  readonly nodes?: number;
  /** How many of them are managers: `node-1` and on; default 1. */
  readonly managers?: number;
}

/** A real swarm on this machine. */
export interface Swarm {
  readonly name: string;
  /** All nodes: first the managers, then the workers. */
  readonly nodes: Node[];
  readonly managers: Node[];
  readonly workers: Node[];
  /** The address of the machine, as the nodes see it: where a registry of the test may listen. */
  readonly gateway: string;
  /** Removes the nodes and their network. */
  down(): Promise<void>;
}

const READY_LIMIT = 60_000;

/**
 * Brings up a swarm whose nodes are all ready and have the given images. Leaves nothing behind when it fails or is aborted.
 * @throws TestEngineError when there are fewer nodes than managers, or they do not become a swarm; or the signal's reason
 */
export async function createSwarm(options: SwarmOptions = {}): Promise<Swarm> {
  const { nodes: count = 3, managers: managerCount = 1, signal } = options;
  if (!(managerCount >= 1 && managerCount <= count)) {
    throw new TestEngineError(`A swarm of ${count} nodes cannot have ${managerCount} managers: give 1 to ${count}.`);
  }
  const { name, nodes, network, down } = await startNodes(count, options);
  try {
    const managers = nodes.slice(0, managerCount);
    const workers = nodes.slice(managerCount);
    await formSwarm(managers, workers, signal);
    return { name, nodes, managers, workers, gateway: network.subnet.address(1), down };
  } catch (error) {
    await down();
    throw signal?.aborted ? signal.reason : error;
  }
}

/** Engine API: SwarmInit on the first manager, SwarmJoin by the role's token on the others. */
async function formSwarm(managers: Node[], workers: Node[], signal?: AbortSignal): Promise<void> {
  const [first, ...others] = managers as [Node, ...Node[]];
  const listen = { ListenAddr: "0.0.0.0:2377" };
  await first.api.call("POST", "/swarm/init", { ...listen, AdvertiseAddr: first.address }, { signal });
  const { JoinTokens } = await first.api.call("GET", "/swarm");
  const join = (node: Node, JoinToken: string) => {
    const body = { ...listen, AdvertiseAddr: node.address, RemoteAddrs: [`${first.address}:2377`], JoinToken };
    return node.api.call("POST", "/swarm/join", body, { signal });
  };
  // One by one: the managers' vote over a new member is disturbed by the next one's joining.
  for (const manager of others) await join(manager, JoinTokens.Manager);
  await Promise.all(workers.map((worker) => join(worker, JoinTokens.Worker)));
  await untilReady(first, managers.length + workers.length, signal);
}

async function untilReady(manager: Node, count: number, signal?: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + READY_LIMIT; ; await sleep(200, undefined, { signal })) {
    const nodes = (await manager.api.call("GET", "/nodes")) as { Status: { State: string } }[];
    if (nodes.filter((node) => node.Status.State === "ready").length === count) return;
    if (Date.now() > deadline)
      throw new TestEngineError(`Only some of the ${count} nodes became ready in ${READY_LIMIT / 1000} s.`);
  }
}
