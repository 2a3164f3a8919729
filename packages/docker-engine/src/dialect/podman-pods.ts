import { DeploymentError } from "@openfactory/deploy-core";
import type { CallOptions } from "../engine.js";
import type { ContainerSummary } from "../engine-types.js";
import { dial } from "../transport/dockerode.js";
import type { EngineCalls } from "../transport/engine-call.js";

/** The label that a container of a pod is listed with: its value is the pod's name. Podman itself sets no label. */
const POD_LABEL = "io.podman.pod.name";

/** The part of Podman's own API that is used here (libpod, PodListLibpod). */
interface Pod {
  Name: string;
  /** Its infra container among them. */
  Containers?: { Id: string }[] | null;
}

/** Podman's Docker-compatible list does not tell which containers belong to a pod: Podman's own API does. */
export async function withPods(
  calls: EngineCalls,
  containers: readonly ContainerSummary[],
  options?: CallOptions,
): Promise<ContainerSummary[]> {
  const pods = await listPods(calls, options);
  const names = new Map(
    pods.flatMap(({ Name, Containers }) => (Containers ?? []).map(({ Id }) => [Id, Name] as const)),
  );
  return containers.map((container) => {
    const pod = names.get(container.Id);
    return pod === undefined ? container : { ...container, Labels: { ...container.Labels, [POD_LABEL]: pod } };
  });
}

async function listPods(calls: EngineCalls, options?: CallOptions): Promise<Pod[]> {
  try {
    return await calls.json<Pod[]>(
      { action: "list pods", read: true },
      (docker, abortSignal) => dial(docker, { path: "/libpod/pods/json" }, abortSignal),
      options,
    );
  } catch (error) {
    // A proxy may let pass Docker's API alone.
    if (DeploymentError.isInstance(error, "NOT_FOUND") || DeploymentError.isInstance(error, "UNAUTHORIZED")) return [];
    throw error;
  }
}
