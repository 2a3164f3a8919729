import type { CallOptions, DockerEngine, ServiceDetails, TaskDetails } from "@openfactory/docker-engine";
import { constraintsOf, fittingNodes } from "./fitting-nodes.js";
import { isOnManager, registryFault } from "./image-lookup.js";

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
  /** How many nodes could take a task, as counted when there were so many rejections. */
  #fitting = 0;
  #countedAt = 0;
  #forImage = false;
  #isNowhere = false;
  #isAsked = false;

  note(tasks: readonly TaskDetails[]): void {
    for (const { ID, NodeID, Status } of tasks) {
      if (Status.State !== "rejected") continue;
      this.#nodes.set(ID, NodeID ?? "");
      this.#forImage ||= /no such image/i.test(Status.Err ?? "");
    }
  }

  /**
   * Whether there is no node left that could take a task: all have turned one away, or so many that it says the same, or
   * there is no such image to be had.
   */
  async areInVain(engine: DockerEngine, { Spec }: ServiceDetails, signal?: AbortSignal): Promise<boolean> {
    const tried = new Set(this.#nodes.values()).size;
    if (tried === 0) return false;
    if (tried >= NODES || this.#nodes.size > TRIES_OF_A_NODE * (NODES - 1)) return true;
    if (this.#countedAt !== this.#nodes.size) {
      this.#countedAt = this.#nodes.size;
      this.#fitting = fittingNodes(await engine.nodes.list({ signal }), constraintsOf(Spec)).length;
    }
    if (tried >= this.#fitting) return true;
    const image = Spec.TaskTemplate.ContainerSpec?.Image;
    if (this.#forImage && image !== undefined && !this.#isAsked) {
      this.#isAsked = true;
      void this.#lookFor(engine, image, { signal });
    }
    return this.#isNowhere;
  }

  /** Not waited for: a registry may take its time. A look-up that fails says nothing. */
  async #lookFor(engine: DockerEngine, image: string, options: CallOptions): Promise<void> {
    try {
      const refused = (await registryFault(engine, image, options)) !== undefined;
      this.#isNowhere = refused && !(await isOnManager(engine, image, options));
    } catch {
      // An abort is the wait's own to tell.
    }
  }
}
