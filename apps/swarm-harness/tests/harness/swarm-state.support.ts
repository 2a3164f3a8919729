import { TEST_IMAGE } from "@openfactory/test-engine";
import type { Swarm } from "../../src/create-swarm.js";

interface NodeInfo {
  readonly ID: string;
  readonly Spec: { readonly Role: string };
  readonly Status: { readonly State: string };
  readonly Description: { readonly Hostname: string; readonly Engine: { readonly EngineVersion: string } };
}

export const nodesOf = async ({ managers }: Swarm): Promise<NodeInfo[]> => managers[0]!.api.call("GET", "/nodes");

/** The ids of the nodes of the running tasks of a service. */
export async function runningNodes({ managers }: Swarm, service: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ service: [service], "desired-state": ["running"] }));
  const tasks: { NodeID: string; Status: { State: string } }[] = await managers[0]!.api.call(
    "GET",
    `/tasks?filters=${filters}`,
  );
  return tasks.filter((task) => task.Status.State === "running").map((task) => task.NodeID);
}

export const serve = ({ managers }: Swarm, name: string, replicas: number): Promise<unknown> =>
  managers[0]!.api.call("POST", "/services/create", {
    Name: name,
    TaskTemplate: { ContainerSpec: { Image: TEST_IMAGE, Command: ["sleep", "3600"], StopGracePeriod: 0 } },
    Mode: { Replicated: { Replicas: replicas } },
  });
