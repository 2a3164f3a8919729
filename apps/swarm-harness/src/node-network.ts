import { freeSubnet, type RawEngine, type Subnet } from "@openfactory/test-engine";
import { labelled, SWARM, TEST } from "./labels.js";

/** The bridge network that nodes are on. */
export interface NodeNetwork {
  readonly id: string;
  readonly subnet: Subnet;
}

/**
 * Makes the network of the swarm `name` in a range that is free on this machine.
 * @throws TestEngineError with the engine's message when it cannot be made
 */
export async function makeNetwork(engine: RawEngine, name: string): Promise<NodeNetwork> {
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
      // Another process may have taken the range in between.
      if (attempt === 5) throw error;
      taken.push(subnet.cidr);
    }
  }
}

/** Removes every node and network of the swarm `name`, anonymous volumes included. */
export async function removeNodes(engine: RawEngine, name: string): Promise<void> {
  const nodes = await engine.call("GET", `/containers/json?all=true&${labelled(SWARM, name)}`);
  await Promise.all(
    nodes.map((node: { Id: string }) => engine.request("DELETE", `/containers/${node.Id}?force=true&v=true`)),
  );
  const networks = await engine.call("GET", `/networks?${labelled(SWARM, name)}`);
  for (const network of networks as { Id: string }[]) await engine.call("DELETE", `/networks/${network.Id}`);
}
