import { setTimeout as sleep } from "node:timers/promises";
import { RawEngine, TestEngineError } from "@openfactory/test-engine";
import { nodeRights } from "./capabilities.js";
import { type EngineSource, type ImageStore, nodeScript } from "./node-engines.js";
import { NODE, type NodeNetwork, SWARM, TEST } from "./node-resources.js";

const START_TIMEOUT_MS = 60_000;

/**
 * A swarm tries to pull the image of each task, even if the node has it. The images of the tests are at none of these
 * registries, so a node does not look them up, which can take long: it is refused at once.
 */
const REFUSED_REGISTRIES = ["registry-1.docker.io", "index.docker.io", "auth.docker.io", "ghcr.io"];

/** One engine in a container. */
export interface Node {
  /** The host name, for example `node-1`. */
  readonly name: string;
  /** The address on the nodes' network. */
  readonly address: string;
  /** The value for `DOCKER_HOST`: `tcp://<address>:2375`. */
  readonly host: string;
  /** The node's Engine API, by plain HTTP. */
  readonly api: RawEngine;
  /** The id of the node's container on the host engine. */
  readonly container: string;
  /** Loads an image of the host engine on the node. */
  loadImage(image: string): Promise<void>;
  /** Kills the node with everything that runs on it, like a power cut. */
  kill(): Promise<void>;
  /** Starts the node again after `kill`, and waits for its engine. */
  start(): Promise<void>;
  /** Disconnects the node from the network. Its containers continue to run. */
  disconnect(): Promise<void>;
  /** Reconnects the node to the network, at the same address. */
  reconnect(): Promise<void>;
}

/** An engine source with a node image. */
export interface NodeSource extends EngineSource {
  /** See `ensureNodeImage`. */
  readonly image: string;
  /** See `NodesOptions`. */
  readonly diskMib?: number | undefined;
  /** See `NodesOptions`. */
  readonly imageStore?: ImageStore | undefined;
}

/** Starts node number `number` (from 1) of the swarm `swarm`. Its engine may not answer yet: see `waitUntilUp`. */
export async function startNode(
  engine: RawEngine,
  swarm: string,
  number: number,
  source: NodeSource,
  network: NodeNetwork,
): Promise<Node> {
  const name = `node-${number}`;
  const address = network.subnet.address(10 + number);
  const registries = { cidr: network.subnet.cidr, gateway: network.subnet.address(1) };
  const endpoint = { IPAMConfig: { IPv4Address: address } };
  const { CgroupVersion } = await engine.call("GET", "/info");
  const { Id } = await engine.call("POST", `/containers/create?name=${swarm}-${name}`, {
    Image: source.image,
    Hostname: name,
    Entrypoint: ["/bin/sh", "-c", nodeScript(source, registries, source.imageStore)],
    Cmd: [],
    Labels: { [TEST]: "1", [SWARM]: swarm, [NODE]: name },
    // An engine's storage needs a real file system, which the layers of a container are not.
    Volumes: source.diskMib === undefined ? { [source.storage]: {} } : {},
    HostConfig: {
      ...nodeRights(),
      // cgroup v1 has no writable private view of the groups.
      Binds: CgroupVersion === "2" ? [] : ["/sys/fs/cgroup:/sys/fs/cgroup:rw"],
      CgroupnsMode: CgroupVersion === "2" ? "private" : "host",
      Tmpfs: {
        "/run": "exec",
        ...(source.diskMib !== undefined && { [source.storage]: `exec,size=${source.diskMib}m` }),
      },
      NetworkMode: network.id,
      ExtraHosts: REFUSED_REGISTRIES.map((registry) => `${registry}:127.0.0.1`),
    },
    NetworkingConfig: { EndpointsConfig: { [network.id]: endpoint } },
  });
  await engine.call("POST", `/containers/${Id}/start`);

  return attachNode(engine, { name, address, container: Id, network: network.id });
}

/** What identifies a running node. */
export interface NodeIdentity {
  readonly name: string;
  readonly address: string;
  /** The id of the node's container on the host engine. */
  readonly container: string;
  /** The id of the nodes' network on the host engine. */
  readonly network: string;
}

/** A node that runs on the host engine already. */
export function attachNode(engine: RawEngine, { name, address, container, network }: NodeIdentity): Node {
  const api = new RawEngine(`tcp://${address}:2375`);
  const node: Node = {
    name,
    address,
    host: api.host,
    api,
    container,
    async loadImage(tag) {
      const archive = await engine.open("GET", `/images/${tag}/get`);
      if (archive.statusCode !== 200)
        throw new TestEngineError(`The host engine has no image ${tag} to load on the nodes.`);
      await restoreName(api, tag, await api.call("POST", "/images/load?quiet=true", archive));
    },
    kill: () => engine.call("POST", `/containers/${container}/kill`),
    async start() {
      await engine.call("POST", `/containers/${container}/start`);
      await waitUntilUp(engine, node);
    },
    disconnect: () => engine.call("POST", `/networks/${network}/disconnect`, { Container: container, Force: true }),
    reconnect: () =>
      engine.call("POST", `/networks/${network}/connect`, {
        Container: container,
        EndpointConfig: { IPAMConfig: { IPv4Address: address } },
      }),
  };
  return node;
}

/** Podman renames a loaded image to `localhost/<name>`. */
async function restoreName(api: RawEngine, tag: string, { stream = "" }: { stream?: string }): Promise<void> {
  const local = `localhost/${tag}`;
  if (!stream.includes(local)) return;
  const [repo, version] = tag.split(":");
  await api.call("POST", `/images/${local}/tag?repo=docker.io/${repo}&tag=${version}`);
  await api.call("DELETE", `/images/${local}`);
}

/**
 * Waits for a node's engine to answer.
 * @throws TestEngineError with the end of its log if it exits or takes longer than a minute
 */
export async function waitUntilUp(engine: RawEngine, node: Node, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(node))) {
    const { State } = await engine.call("GET", `/containers/${node.container}/json`, undefined, { signal });
    if (!State.Running || Date.now() > deadline) {
      const log = await engine.call("GET", `/containers/${node.container}/logs?stdout=true&stderr=true&tail=8`);
      throw new TestEngineError(`The engine of ${node.name} did not start. The end of its log:\n${String(log)}`);
    }
    await sleep(100, undefined, { signal });
  }
}

/** Whether the engine of a node answers. */
export async function answers(node: Node): Promise<boolean> {
  return node.api.request("GET", "/_ping", undefined, { timeout: 2_000 }).then(
    (answer) => answer.status === 200,
    () => false,
  );
}
