import type { ErrorCode, InstanceStatus } from "@openfactory/deploy-core";
import {
  type CallOptions,
  type DockerEngine,
  engineMessage,
  hasImage,
  registryOf,
  type ServiceDetails,
  type TaskDetails,
} from "@openfactory/docker-engine";
import { PULL_POLICY_LABEL } from "@openfactory/docker-translators";
import { registryError, registryRefusal } from "../deploy/images.js";
import { constraintsOf, eligibleNodes } from "../observe/eligible-nodes.js";

const NO_SUCH_IMAGE = /no such image/i;

/** When this many nodes have rejected tasks, all others are expected to reject them, too. */
const REJECTING_NODES = 3;
/** The swarm tries a node this many times in five minutes before it prefers others (swarmkit, scheduler). */
const ATTEMPTS_PER_NODE = 5;

/**
 * The tasks that nodes rejected during a wait, for a missing image or directory. The swarm itself keeps only the last
 * few. Another node may accept a task that one node rejects.
 */
export class Rejections {
  /** Node id by task id. */
  readonly #nodes = new Map<string, string>();
  /** The number of eligible nodes, counted when there were `#countedAt` rejections. */
  #eligible = 0;
  #countedAt = 0;
  #isForImage = false;
  #isLookupStarted = false;
  /** Neither the registry nor the manager has the image. */
  #isImageUnavailable = false;

  record(tasks: readonly TaskDetails[]): void {
    for (const { ID, NodeID, Status } of tasks) {
      if (Status.State !== "rejected") continue;
      this.#nodes.set(ID, NodeID ?? "");
      this.#isForImage ||= NO_SUCH_IMAGE.test(Status.Err ?? "");
    }
  }

  /** Whether no node is left to accept a task: all eligible ones rejected one, or enough of them, or there is no image. */
  async allNodesRejected(engine: DockerEngine, { Spec }: ServiceDetails, signal?: AbortSignal): Promise<boolean> {
    const rejecting = new Set(this.#nodes.values()).size;
    if (rejecting === 0) return false;
    if (rejecting >= REJECTING_NODES || this.#nodes.size > ATTEMPTS_PER_NODE * (REJECTING_NODES - 1)) return true;
    if (this.#countedAt !== this.#nodes.size) {
      this.#countedAt = this.#nodes.size;
      this.#eligible = eligibleNodes(await engine.nodes.list({ signal }), constraintsOf(Spec)).length;
    }
    if (rejecting >= this.#eligible) return true;
    const image = Spec.TaskTemplate.ContainerSpec?.Image;
    if (this.#isForImage && image !== undefined && !this.#isLookupStarted) {
      this.#isLookupStarted = true;
      void this.#lookUpImage(engine, image, { signal });
    }
    return this.#isImageUnavailable;
  }

  /** Not awaited: a registry may be slow. A failed lookup changes nothing. */
  async #lookUpImage(engine: DockerEngine, image: string, options: CallOptions): Promise<void> {
    try {
      const isRefused = (await registryRefusal(engine, image, options)) !== undefined;
      this.#isImageUnavailable = isRefused && !(await hasImage(engine, image, options));
    } catch {
      // The wait itself reports an abort.
    }
  }
}

/**
 * Whether a node rejected a task because it lacks the image and could not pull it. Only the message says so; the reason
 * why the pull failed is in the node's own log (Engine API, Task).
 */
export const isImageMissing = (instance: Pick<InstanceStatus, "engineState" | "error"> | undefined): boolean =>
  instance?.engineState === "rejected" && NO_SUCH_IMAGE.test(instance.error ?? "");

/** Why a node lacks an image. */
export interface MissingImage {
  /** `TASK_FAILED` if the registry may have the image but is rate limited or down. */
  code: ErrorCode;
  /** Follows the node's own message. Empty if nothing more is known. */
  reason: string;
  hint: string;
}

/** Asks the registry from this manager why a node did not get an image, unless the pull policy is `never`. */
export async function explainMissingImage(
  engine: DockerEngine,
  { Spec }: ServiceDetails,
  { node = "the node" }: { node?: string } = {},
): Promise<MissingImage> {
  if (Spec.Labels?.[PULL_POLICY_LABEL] === "never") {
    return {
      code: "IMAGE_NOT_FOUND",
      reason: "",
      hint: `The pull policy is never: load the image on ${node} (\`docker load\`) and on every node that may run the service, or exclude the node with a constraint.`,
    };
  }
  const image = Spec.TaskTemplate.ContainerSpec?.Image ?? "";
  const registry = registryOf(image);
  const error = registry === undefined ? undefined : await registryError(engine, image);
  const answer = error && engineMessage(error);
  const isUnavailable = registry !== undefined && answer !== undefined && unavailableRegistry(registry, answer, node);
  if (isUnavailable) return isUnavailable;
  return {
    code: "IMAGE_NOT_FOUND",
    reason: answer === undefined ? "" : `; the manager asked ${registry}: ${answer}`,
    hint:
      `Check that ${registry ?? "the registry"} has the image, that ${node} can reach it, and that the service's credentials are valid ` +
      "(`docker login`, then `ofdeploy refresh-auth`); or load the image on every node that may run the service (`docker load`).",
  };
}

/** A registry that is rate limited or down. The engine answers with a status of its own, so its message decides. */
function unavailableRegistry(registry: string, answer: string, node: string): MissingImage | undefined {
  const load = `load the image on ${node} and on every node that may run the service (\`docker load\`)`;
  if (/too ?many ?requests|\b429\b|rate limit/i.test(answer)) {
    return {
      code: "TASK_FAILED",
      reason: `; the registry ${registry} answers 429: too many requests`,
      hint:
        `Wait until the rate limit of ${registry} allows pulls again, log in as a user with a higher limit ` +
        `(\`docker login\`, then \`ofdeploy refresh-auth\`), or ${load}.`,
    };
  }
  if (/\b503\b|service unavailable/i.test(answer)) {
    return {
      code: "TASK_FAILED",
      reason: `; the registry ${registry} answers 503: it is down or overloaded`,
      hint: `Deploy again when ${registry} is available, or ${load}.`,
    };
  }
  return undefined;
}
