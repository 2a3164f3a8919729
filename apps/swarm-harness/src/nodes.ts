import { randomBytes } from "node:crypto";
import { ensureEngine, logToStderr, type Log, type RawEngine, type TestEngine } from "@openfactory/test-engine";
import { ENGINE_SOURCES, type NodeVersion } from "./engine-version.js";
import { ensureNodeImage } from "./node-image.js";
import { makeNetwork, removeNodes, type NodeNetwork } from "./node-network.js";
import { startNode, untilUp, type Node } from "./node.js";

export interface NodesOptions {
  /** The version of the nodes' engine; default `20.10`. */
  readonly engine?: NodeVersion;
  /** Images of the engine underneath, which every node gets. */
  readonly images?: string[];
  /** Takes part in the names of containers and network; default: a random one. */
  readonly name?: string;
  readonly signal?: AbortSignal;
  readonly log?: Log;
}

/** Engines in containers on one network, not yet a swarm. */
export interface Nodes {
  readonly name: string;
  readonly network: NodeNetwork;
  readonly nodes: Node[];
  /** The engine they run on. */
  readonly underneath: RawEngine;
  /** Removes them and their network, and gives the engine underneath back. */
  down(): Promise<void>;
}

/**
 * Starts `count` engines in containers and waits until all of them answer. Leaves nothing behind when it fails or is aborted.
 * @throws TestEngineError, or the signal's reason
 */
export async function startNodes(count: number, options: NodesOptions): Promise<Nodes> {
  const { engine: version = "20.10", images = [], signal, log = logToStderr } = options;
  const name = options.name ?? `swarm-${randomBytes(3).toString("hex")}`;
  const underneath = await ensureEngine({ log });
  const down = once(() => removeAndRelease(underneath, name));
  try {
    const image = await ensureNodeImage(underneath.api, version, log, signal);
    signal?.throwIfAborted();
    const network = await makeNetwork(underneath.api, name);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const nodes = await all(
      numbers.map((number) => startNode(underneath.api, name, number, { ...ENGINE_SOURCES[version], image }, network)),
    );
    await all(nodes.map((node) => untilUp(underneath.api, node, signal)));
    await all(nodes.flatMap((node) => images.map((tag) => node.loadImage(tag))));
    signal?.throwIfAborted();
    return { name, network, nodes, underneath: underneath.api, down };
  } catch (error) {
    await down();
    throw signal?.aborted ? signal.reason : error;
  }
}

async function removeAndRelease(underneath: TestEngine, name: string): Promise<void> {
  try {
    await removeNodes(underneath.api, name);
  } finally {
    await underneath.release();
  }
}

/** As Promise.all, but ends when all have ended: nothing may still be starting when the failure is cleaned up. */
async function all<T>(work: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= work());
}
