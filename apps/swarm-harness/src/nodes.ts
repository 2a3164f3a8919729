import { randomBytes } from "node:crypto";
import { ensureEngine, type Log, logToStderr, type RawEngine, type TestEngine } from "@openfactory/test-engine";
import { ENGINE_SOURCES, type ImageStore, type NodeVersion } from "./node-engines.js";
import { ensureNodeImage } from "./node-image.js";
import { createNetwork, type NodeNetwork, removeNodes } from "./node-resources.js";
import { type Node, startNode, waitUntilUp } from "./node.js";

export interface NodesOptions {
  /** The version of the nodes' engines; default `20.10`. */
  readonly engine?: NodeVersion;
  /** The size of each node's disk for images, containers and volumes, in MiB. It is in memory. Default: the host's disk. */
  readonly diskMib?: number;
  /** Where the nodes keep images; default `graph-drivers`. The containerd image store requires Engine 28.5. */
  readonly imageStore?: ImageStore;
  /** Images of the host engine to load on every node. */
  readonly images?: string[];
  /** The prefix of the names of containers and network; default: a random name. */
  readonly name?: string;
  readonly signal?: AbortSignal;
  readonly log?: Log;
}

/** Engines in containers on one network, without a swarm. */
export interface Nodes {
  readonly name: string;
  readonly network: NodeNetwork;
  readonly nodes: Node[];
  /** The engine that runs the nodes. */
  readonly hostEngine: RawEngine;
  /** Removes the nodes and their network, and releases the host engine. */
  down(): Promise<void>;
}

/**
 * Starts `count` engines in containers and waits until all of them answer. Removes everything if it fails or is aborted.
 * @throws TestEngineError; the signal's reason
 */
export async function startNodes(count: number, options: NodesOptions): Promise<Nodes> {
  const { engine: version = "20.10", images = [], signal, log = logToStderr } = options;
  const name = options.name ?? `swarm-${randomBytes(3).toString("hex")}`;
  const hostEngine = await ensureEngine({ log });
  const down = once(() => removeAndRelease(hostEngine, name));
  try {
    const image = await ensureNodeImage(hostEngine.api, version, log, signal);
    signal?.throwIfAborted();
    const network = await createNetwork(hostEngine.api, name);
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const nodes = await all(
      numbers.map((number) =>
        startNode(
          hostEngine.api,
          name,
          number,
          { ...ENGINE_SOURCES[version], image, diskMib: options.diskMib, imageStore: options.imageStore },
          network,
        ),
      ),
    );
    await all(nodes.map((node) => waitUntilUp(hostEngine.api, node, signal)));
    await all(nodes.flatMap((node) => images.map((tag) => node.loadImage(tag))));
    signal?.throwIfAborted();
    return { name, network, nodes, hostEngine: hostEngine.api, down };
  } catch (error) {
    await down();
    throw signal?.aborted ? signal.reason : error;
  }
}

async function removeAndRelease(hostEngine: TestEngine, name: string): Promise<void> {
  try {
    await removeNodes(hostEngine.api, name);
  } finally {
    await hostEngine.release();
  }
}

/** Like Promise.all, but settles when all promises have settled: no node may start after a failure is cleaned up. */
async function all<T>(work: Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => (result ??= work());
}
