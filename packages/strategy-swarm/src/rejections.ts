import type { DockerEngine, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { constraintsOf, fittingNodes } from "./fitting-nodes.js";

/** So many nodes that turn tasks away speak for all of them. */
const NODES = 3;
/** The swarm tries a node that often, in five minutes, before it prefers others (swarmkit, scheduler). */
const TRIES_OF_A_NODE = 5;

/**
 * The tasks that nodes turned away, for want of an image or a directory, as far as a wait has seen them: the swarm itself
 * forgets all but the last few. Another node may take what one turns away.
 */
export class Rejections {
  /** Node id by task id. */
  readonly #nodes = new Map<string, string>();

  note(tasks: readonly TaskDetails[]): void {
    for (const { ID, NodeID, Status } of tasks) if (Status.State === "rejected") this.#nodes.set(ID, NodeID ?? "");
  }

  /** Whether there is no node left that could take a task: all have turned one away, or so many that it says the same. */
  async areInVain(engine: DockerEngine, { Spec }: ServiceDetails, signal?: AbortSignal): Promise<boolean> {
    const tried = new Set(this.#nodes.values()).size;
    if (tried === 0) return false;
    if (tried >= NODES || this.#nodes.size > TRIES_OF_A_NODE * (NODES - 1)) return true;
    return tried >= fittingNodes(await engine.nodes.list({ signal }), constraintsOf(Spec)).length;
  }
}
