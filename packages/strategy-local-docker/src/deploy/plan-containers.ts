import type { NormalizedRequest } from "@openfactory/deploy-core";
import {
  containerReplicas,
  OPERATION_LABEL,
  PINNED_LABEL,
  REPLICA_LABEL,
  toHostRestartPolicy,
} from "@openfactory/docker-translators";
import { randomUUID } from "node:crypto";
import { nameAt, policyText } from "../containers/names.js";
import type { LocalDockerOptions } from "../options.js";

/** One container of a service. */
export interface PlannedContainer {
  /** As the container is to be; its name is the service's, so that all that is told of it is told of that. */
  request: NormalizedRequest;
  serviceName: string;
  /** The name that the container is to have: the service's, but for an emulated replica. */
  base: string;
  /** The strategy's own, next to the request's; all containers of one version have the same operation. */
  labels: Readonly<Record<string, string>> & { readonly [OPERATION_LABEL]: string };
  /** The name to make it under, where that is another. */
  madeAs?: string;
  /** It stands for a service of no replicas: it is made, and not started. */
  idle?: boolean;
  /** Of one that is idle: the restart policy that its replicas will have, which its name tells. */
  policy?: string;
}

/** The containers that a request becomes: one, or one for each emulated replica. @throws DeploymentError as containerReplicas. */
export function planContainers(
  request: NormalizedRequest,
  { emulateReplicas }: LocalDockerOptions,
): PlannedContainer[] {
  const serviceName = request.name;
  const own = {
    [OPERATION_LABEL]: randomUUID() as string,
    ...(request.imagePullPolicy === "always" && { [PINNED_LABEL]: "always" }),
  };
  if (!emulateReplicas) return [{ request, serviceName, base: serviceName, labels: own }];
  const labels = { ...own, [REPLICA_LABEL]: serviceName };
  const { replicas } = containerReplicas(request);
  if (replicas.length === 0) return [idleContainer(request, labels)];
  return replicas.map((replica, index) => {
    // What was pulled for the first is there for the others; another pull could bring them another image.
    const pulled = index > 0 && replica.imagePullPolicy === "always";
    return replicaContainer(pulled ? { ...replica, imagePullPolicy: "missing" } : replica, serviceName, labels);
  });
}

export const replicaContainer = (
  replica: NormalizedRequest,
  serviceName: string,
  labels: PlannedContainer["labels"],
): PlannedContainer => ({ request: { ...replica, name: serviceName }, serviceName, base: replica.name, labels });

/** Number 0: what the first replica is to be, once there is one. */
function idleContainer(request: NormalizedRequest, labels: PlannedContainer["labels"]): PlannedContainer {
  const serviceName = request.name;
  const [first = request] = containerReplicas({ ...request, mode: { Replicated: { Replicas: 1 } } }).replicas;
  const base = `${serviceName}-0`;
  const policy = policyText(toHostRestartPolicy(request).RestartPolicy);
  const kept: NormalizedRequest = { ...first, name: base, restart: { Condition: "none" } };
  return { ...replicaContainer(kept, serviceName, labels), idle: true, policy, madeAs: nameAt({ base, policy }) };
}
