import type { NormalizedRequest } from "@openfactory/deploy-core";
import { containerReplicas, PINNED_LABEL, REPLICA_LABEL } from "@openfactory/docker-translators";
import type { LocalDockerOptions } from "./options.js";

/** One container of a service. */
export interface PlannedContainer {
  request: NormalizedRequest;
  /** The service that it is part of: its own name, but for an emulated replica. */
  serviceName: string;
  /** The strategy's own, next to the request's. */
  labels: Readonly<Record<string, string>>;
}

/** The containers that a request becomes: one, or one for each emulated replica. @throws DeploymentError as containerReplicas. */
export function planContainers(request: NormalizedRequest, { emulateReplicas }: LocalDockerOptions): PlannedContainer[] {
  const serviceName = request.name;
  const pinned: Record<string, string> = request.imagePullPolicy === "always" ? { [PINNED_LABEL]: "always" } : {};
  if (!emulateReplicas) return [{ request, serviceName, labels: pinned }];
  const labels = { ...pinned, [REPLICA_LABEL]: serviceName };
  return containerReplicas(request).replicas.map((replica) => ({ request: replica, serviceName, labels }));
}
