import { RawEngine } from "@openfactory/test-engine";
import { labelled, NODE, SWARM } from "./labels.js";

/** One node of a swarm, as it is now. */
export interface NodeStatus {
  readonly swarm: string;
  readonly name: string;
  readonly host: string;
  /** As in `20.10.24`; "-" when its engine does not answer. */
  readonly engine: string;
  readonly role: "manager" | "worker" | "none";
  /** The container's state, as in `running`. */
  readonly state: string;
}

interface NodeContainer {
  readonly Labels: Record<string, string>;
  readonly State: string;
  readonly NetworkSettings: { readonly Networks: Record<string, { readonly IPAddress: string }> };
}

/** The nodes of every swarm of ours on the engine underneath. */
export async function listSwarms(underneath: RawEngine): Promise<NodeStatus[]> {
  const containers = (await underneath.call("GET", `/containers/json?all=true&${labelled(SWARM)}`)) as NodeContainer[];
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
