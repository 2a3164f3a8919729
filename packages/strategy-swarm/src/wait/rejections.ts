import type { DeploymentError, ErrorCode, InstanceStatus } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type DockerEngine,
  engineFault,
  registryOf,
  type ServiceDetails,
  type TaskDetails,
} from "@openfactory/docker-engine";
import { PULL_POLICY_LABEL } from "@openfactory/docker-translators";
import { isImageOnManager, registryError, registryRefusal } from "../deploy/images.js";
import { constraintsOf, eligibleNodes } from "../observe/eligible-nodes.js";

/** So many nodes that turn tasks away speak for all of them. */
const NODES = 3;
/** The swarm tries a node that often, in five minutes, before it prefers others (swarmkit, scheduler). */
const ATTEMPTS_PER_NODE = 5;

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
  async allNodesRejected(engine: DockerEngine, { Spec }: ServiceDetails, signal?: AbortSignal): Promise<boolean> {
    const tried = new Set(this.#nodes.values()).size;
    if (tried === 0) return false;
    if (tried >= NODES || this.#nodes.size > ATTEMPTS_PER_NODE * (NODES - 1)) return true;
    if (this.#countedAt !== this.#nodes.size) {
      this.#countedAt = this.#nodes.size;
      this.#fitting = eligibleNodes(await engine.nodes.list({ signal }), constraintsOf(Spec)).length;
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
      const refused = (await registryRefusal(engine, image, options)) !== undefined;
      this.#isNowhere = refused && !(await isImageOnManager(engine, image, options));
    } catch {
      // An abort is the wait's own to tell.
    }
  }
}

/**
 * Whether a node rejected a task since it had no such image, and got none by a pull of its own. Only words tell it: that
 * the pull failed, and why, stands in the node's log alone (Engine API, Task).
 */
export const isImageMissing = (instance: Pick<InstanceStatus, "engineState" | "error"> | undefined): boolean =>
  instance?.engineState === "rejected" && /no such image/i.test(instance.error ?? "");

/** Why a node lacks an image. */
export interface MissingImage {
  /** `TASK_FAILED` where the registry may have the image, and does not answer requests at the moment. */
  code: ErrorCode;
  /** Goes after the node's own words. Empty: nothing more is known. */
  reason: string;
  hint: string;
}

/** Asks the registry from here why a node did not get an image, where nodes are meant to pull it. */
export async function explainMissingImage(
  engine: DockerEngine,
  { Spec }: ServiceDetails,
  { node = "the node" }: { node?: string } = {},
): Promise<MissingImage> {
  if (Spec.Labels?.[PULL_POLICY_LABEL] === "never") {
    return {
      code: "IMAGE_NOT_FOUND",
      reason: "",
      hint: `The pull policy is never: load the image on ${node} (docker load) and on every node that may run it, or keep the service off it by a constraint.`,
    };
  }
  const image = Spec.TaskTemplate.ContainerSpec?.Image ?? "";
  const registry = registryOf(image);
  const unclear = (reason = ""): MissingImage => ({
    code: "IMAGE_NOT_FOUND",
    reason,
    hint:
      `See that ${registry ?? "the registry"} has the image, that ${node} can reach it, and that the service's credentials are good ` +
      "(docker login, then `ofdeploy refresh-auth`); or load the image on every node that may run it.",
  });
  const answer = registry === undefined ? undefined : await registryError(engine, image);
  if (answer === undefined || registry === undefined) return unclear();
  return busyRegistry(registry, answer, node) ?? unclear(`; the manager asked ${registry}: ${wordsOf(answer)}`);
}

const wordsOf = (error: DeploymentError): string =>
  (engineFault(error)?.message ?? error.message).replace(/\.?\s*$/, "");

/** A registry that limits requests, or is down for now. Only words tell it: the engine answers with its own status. */
function busyRegistry(registry: string, answer: DeploymentError, node: string): MissingImage | undefined {
  const words = wordsOf(answer);
  if (/too ?many ?requests|\b429\b|rate limit/i.test(words)) {
    return {
      code: "TASK_FAILED",
      reason: `; the registry ${registry} answers 429: too many requests`,
      hint:
        `Wait until the limit of ${registry} allows pulls again, log in as a user with a higher limit (docker login, then ` +
        `\`ofdeploy refresh-auth\`), or load the image on ${node} and on every node that may run it (docker load).`,
    };
  }
  if (/\b503\b|service unavailable/i.test(words)) {
    return {
      code: "TASK_FAILED",
      reason: `; the registry ${registry} answers 503: it is down or overloaded`,
      hint: `Deploy again when ${registry} answers, or load the image on ${node} and on every node that may run it (docker load).`,
    };
  }
  return undefined;
}
