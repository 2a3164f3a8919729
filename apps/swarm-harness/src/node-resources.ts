import { freeSubnet, RawEngine, type Subnet } from "@openfactory/test-engine";

/** A label of everything that tests create, so that leftovers can be removed. */
export const TEST = "org.openfactory.deploy.test";
/** A label with the name of the swarm of a node or network. */
export const SWARM = "org.openfactory.deploy.swarm";
/** A label with the name of a node, for example `node-1`. */
export const NODE = "org.openfactory.deploy.swarm.node";

/** The query string that filters by a label, and by its value if given (Engine API, `filters`). */
const labelFilter = (label: string, value?: string) =>
  `filters=${encodeURIComponent(JSON.stringify({ label: [value === undefined ? label : `${label}=${value}`] }))}`;

/** The bridge network of the nodes. */
export interface NodeNetwork {
  readonly id: string;
  readonly subnet: Subnet;
}

/**
 * Creates the network of the swarm `name` in a subnet that is free on this machine.
 * @throws TestEngineError with the engine's message
 */
export async function createNetwork(engine: RawEngine, name: string): Promise<NodeNetwork> {
  const taken: string[] = [];
  for (let attempt = 1; ; attempt++) {
    const subnet = freeSubnet(taken);
    const answer = engine.call("POST", "/networks/create", {
      Name: `${name}-nodes`,
      CheckDuplicate: true,
      Driver: "bridge",
      IPAM: { Config: [{ Subnet: subnet.cidr, Gateway: subnet.address(1) }] },
      Labels: { [TEST]: "1", [SWARM]: name },
    });
    try {
      return { id: (await answer).Id, subnet };
    } catch (error) {
      // Another process may use the subnet by now.
      if (attempt === 5) throw error;
      taken.push(subnet.cidr);
    }
  }
}

/** Removes all nodes and networks of the swarm `name`, with their anonymous volumes. */
export async function removeNodes(engine: RawEngine, name: string): Promise<void> {
  const nodes = await engine.call("GET", `/containers/json?all=true&${labelFilter(SWARM, name)}`);
  await Promise.all(
    nodes.map((node: { Id: string }) => engine.request("DELETE", `/containers/${node.Id}?force=true&v=true`)),
  );
  const networks = await engine.call("GET", `/networks?${labelFilter(SWARM, name)}`);
  for (const network of networks as { Id: string }[]) await engine.call("DELETE", `/networks/${network.Id}`);
}

/** The state of one node of a swarm. */
export interface NodeStatus {
  readonly swarm: string;
  readonly name: string;
  readonly host: string;
  /** The version, for example `20.10.24`; "-" if the engine does not answer. */
  readonly engine: string;
  readonly role: "manager" | "worker" | "none";
  /** The state of the container, for example `running`. */
  readonly state: string;
}

interface NodeContainer {
  readonly Labels: Record<string, string>;
  readonly State: string;
  readonly NetworkSettings: { readonly Networks: Record<string, { readonly IPAddress: string }> };
}

/** The nodes of all harness swarms on the host engine. */
export async function listSwarms(hostEngine: RawEngine): Promise<NodeStatus[]> {
  const containers = (await hostEngine.call(
    "GET",
    `/containers/json?all=true&${labelFilter(SWARM)}`,
  )) as NodeContainer[];
  const nodes = await Promise.all(containers.map(describe));
  return nodes.sort((a, b) => `${a.swarm} ${a.name}`.localeCompare(`${b.swarm} ${b.name}`, "en", { numeric: true }));
}

async function describe({ Labels, State, NetworkSettings }: NodeContainer): Promise<NodeStatus> {
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
  const node = { swarm: Labels[SWARM] ?? "", name: Labels[NODE] ?? "", host: `tcp://${address}:2375`, state: State };
  if (!address) return { ...node, host: "-", engine: "-", role: "none" };
  const info = await new RawEngine(node.host)
    .request("GET", "/info", undefined, { timeout: 5_000 })
    .catch(() => undefined);
  if (info?.status !== 200) return { ...node, engine: "-", role: "none" };
  const { ServerVersion, Swarm } = info.body;
  const role = Swarm.ControlAvailable ? "manager" : Swarm.LocalNodeState === "active" ? "worker" : "none";
  return { ...node, engine: ServerVersion, role };
}
