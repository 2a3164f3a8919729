import { setTimeout as sleep } from "node:timers/promises";
import { RawEngine, TestEngineError } from "@openfactory/test-engine";
import { nodeRights } from "./capabilities.js";
import { NODE, SWARM, TEST } from "./labels.js";
import type { NodeNetwork } from "./node-network.js";
import type { EngineSource } from "./engine-source.js";
import { nodeScript } from "./node-script.js";

const START_LIMIT = 60_000;

/** One engine in a container. */
export interface Node {
  /** Its host name, as in `node-1`. */
  readonly name: string;
  /** Its address on the nodes' network. */
  readonly address: string;
  /** As in `DOCKER_HOST`: `tcp://<address>:2375`. */
  readonly host: string;
  /** Its Engine API, by plain HTTP. */
  readonly api: RawEngine;
  /** The container it is, on the engine underneath. */
  readonly container: string;
  /** Gives it an image that the engine underneath has. */
  loadImage(image: string): Promise<void>;
  /** Loses it, with all that runs on it, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again after `kill`, and waits for its engine. */
  start(): Promise<void>;
  /** Cuts it off from the other nodes and from us; what runs on it runs on. */
  disconnect(): Promise<void>;
  /** Puts it back on the network, at the same address. */
  reconnect(): Promise<void>;
}

/** What a node is made of. */
export interface NodeSource extends EngineSource {
  /** See `ensureNodeImage`. */
  readonly image: string;
}

/** Starts node number `number` (from 1) of the swarm `swarm`. Its engine is not up yet: see `untilUp`. */
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
    Entrypoint: ["/bin/sh", "-c", nodeScript(source, registries)],
    Cmd: [],
    Labels: { [TEST]: "1", [SWARM]: swarm, [NODE]: name },
    // An engine's storage needs a real file system under it, which a container's own layers are not.
    Volumes: { [source.storage]: {} },
    HostConfig: {
      ...nodeRights(),
      // cgroup v1 has no private view of the groups that could be written to.
      Binds: CgroupVersion === "2" ? [] : ["/sys/fs/cgroup:/sys/fs/cgroup:rw"],
      CgroupnsMode: CgroupVersion === "2" ? "private" : "host",
      Tmpfs: { "/run": "exec" },
      NetworkMode: network.id,
    },
    NetworkingConfig: { EndpointsConfig: { [network.id]: endpoint } },
  });
  await engine.call("POST", `/containers/${Id}/start`);

  const api = new RawEngine(`tcp://${address}:2375`);
  const node: Node = {
    name,
    address,
    host: api.host,
    api,
    container: Id,
    async loadImage(tag) {
      const archive = await engine.open("GET", `/images/${tag}/get`);
      if (archive.statusCode !== 200)
        throw new TestEngineError(`The engine under the nodes has no image ${tag} to load.`);
      await nameAsAsked(api, tag, await api.call("POST", "/images/load?quiet=true", archive));
    },
    kill: () => engine.call("POST", `/containers/${Id}/kill`),
    async start() {
      await engine.call("POST", `/containers/${Id}/start`);
      await untilUp(engine, node);
    },
    disconnect: () => engine.call("POST", `/networks/${network.id}/disconnect`, { Container: Id, Force: true }),
    reconnect: () =>
      engine.call("POST", `/networks/${network.id}/connect`, { Container: Id, EndpointConfig: endpoint }),
  };
  return node;
}

/** Podman takes an archive's image for one of its own making, and calls it `localhost/<name>`. */
async function nameAsAsked(api: RawEngine, tag: string, { stream = "" }: { stream?: string }): Promise<void> {
  const local = `localhost/${tag}`;
  if (!stream.includes(local)) return;
  const [repo, version] = tag.split(":");
  await api.call("POST", `/images/${local}/tag?repo=docker.io/${repo}&tag=${version}`);
  await api.call("DELETE", `/images/${local}`);
}

/**
 * Waits for a node's engine to answer.
 * @throws TestEngineError with the end of its log when it ends or takes longer than a minute
 */
export async function untilUp(engine: RawEngine, node: Node, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_LIMIT;
  while (!(await answers(node))) {
    const { State } = await engine.call("GET", `/containers/${node.container}/json`, undefined, { signal });
    if (!State.Running || Date.now() > deadline) {
      const log = await engine.call("GET", `/containers/${node.container}/logs?stdout=true&stderr=true&tail=8`);
      throw new TestEngineError(`The engine of ${node.name} did not come up. The end of its log:\n${String(log)}`);
    }
    await sleep(100, undefined, { signal });
  }
}

async function answers(node: Node): Promise<boolean> {
  return node.api.request("GET", "/_ping", undefined, { timeout: 2_000 }).then(
    (answer) => answer.status === 200,
    () => false,
  );
}
