import { randomUUID } from "node:crypto";
import type { NormalizedRequest } from "@openfactory/deploy-core";
import { containerReplicas, OPERATION_LABEL, PINNED_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import type { LocalDockerOptions } from "./options.js";

/** One container of a service. */
export interface PlannedContainer {
  request: NormalizedRequest;
  /** The service that it is part of: its own name, but for an emulated replica. */
  serviceName: string;
  /** The strategy's own, next to the request's; all containers of one version have the same operation. */
  labels: Readonly<Record<string, string>> & { readonly [OPERATION_LABEL]: string };
  /** The name to make it under, where that is not yet the request's. */
  madeAs?: string;
}

/** The containers that a request becomes: one, or one for each emulated replica. @throws DeploymentError as containerReplicas. */
export function planContainers(request: NormalizedRequest, { emulateReplicas }: LocalDockerOptions): PlannedContainer[] {
  const serviceName = request.name;
  const own = {
    [OPERATION_LABEL]: randomUUID() as string,
    ...(request.imagePullPolicy === "always" && { [PINNED_LABEL]: "always" }),
  };
  if (!emulateReplicas) return [{ request, serviceName, labels: own }];
  const labels = { ...own, [REPLICA_LABEL]: serviceName };
  return containerReplicas(request).replicas.map((replica, index) => ({
    // What was pulled for the first is there for the others; another pull could bring them another image.
    request: index > 0 && replica.imagePullPolicy === "always" ? { ...replica, imagePullPolicy: "missing" } : replica,
    serviceName,
    labels,
  }));
}
