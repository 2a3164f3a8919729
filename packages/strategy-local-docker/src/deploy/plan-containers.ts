import { randomUUID } from "node:crypto";
import type { NormalizedRequest } from "@openfactory/deploy-core";
import {
  containerReplicas,
  OPERATION_LABEL,
  PINNED_LABEL,
  REPLICA_LABEL,
  toHostRestartPolicy,
} from "@openfactory/docker-translators";
import { formatContainerName, formatRestartPolicy } from "../containers/names.js";
import type { LocalDockerOptions } from "../options.js";

/** A container to create for a service. */
export interface PlannedContainer {
  /** The request for this container, with the service's name, so that events and errors name the service. */
  request: NormalizedRequest;
  serviceName: string;
  /** The name that the container will have: the service's name, or that of an emulated replica. */
  base: string;
  /** The strategy's own labels, added to those of the request. All containers of one version have the same operation. */
  labels: Readonly<Record<string, string>> & { readonly [OPERATION_LABEL]: string };
  /** The name at its creation. Default: `base`. */
  initialName?: string;
  /** It represents a service that has no replicas: it is created, and not started. Default false. */
  placeholder?: boolean;
  /** The restart policy of the future replicas, which the name of a placeholder records. */
  policy?: string;
}

/** The containers for a request: one, or one for each emulated replica. @throws DeploymentError as containerReplicas. */
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
  if (replicas.length === 0) return [placeholderContainer(request, labels)];
  return replicas.map((replica, index) => {
    // The first replica pulls the image. A second pull could get another image.
    const isPulled = index > 0 && replica.imagePullPolicy === "always";
    return replicaContainer(isPulled ? { ...replica, imagePullPolicy: "missing" } : replica, serviceName, labels);
  });
}

export const replicaContainer = (
  replica: NormalizedRequest,
  serviceName: string,
  labels: PlannedContainer["labels"],
): PlannedContainer => ({ request: { ...replica, name: serviceName }, serviceName, base: replica.name, labels });

/** Replica number 0, which becomes the first replica once the service has one. */
function placeholderContainer(request: NormalizedRequest, labels: PlannedContainer["labels"]): PlannedContainer {
  const serviceName = request.name;
  const [first = request] = containerReplicas({ ...request, mode: { Replicated: { Replicas: 1 } } }).replicas;
  const base = `${serviceName}-0`;
  const policy = formatRestartPolicy(toHostRestartPolicy(request).RestartPolicy);
  const stopped: NormalizedRequest = { ...first, name: base, restart: { Condition: "none" } };
  return {
    ...replicaContainer(stopped, serviceName, labels),
    placeholder: true,
    policy,
    initialName: formatContainerName({ base, policy }),
  };
}
