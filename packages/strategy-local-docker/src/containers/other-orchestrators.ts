import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import { OPERATION_LABEL } from "@openfactory/docker-translators";

type Labels = Readonly<Record<string, string>>;

/** An orchestrator that runs its workloads as containers of the engine, and the labels by which they are recognized. */
interface Orchestrator {
  name: string;
  /** Names of labels, or prefixes of names if they end with a dot. One of them is enough. */
  labels: readonly string[];
  /** The labels whose values name the workload, each with its noun. */
  workload: Readonly<Record<string, string>>;
  /** How to change the workload. */
  use: string;
}

/** Sources: swarmkit and moby (executor labels), compose-spec, kubelet and cri-dockerd, Podman, Nomad, ECS agent, IoT Edge, balena. */
const ORCHESTRATORS: readonly Orchestrator[] = [
  {
    name: "Docker Swarm",
    labels: ["com.docker.swarm."],
    workload: { "com.docker.swarm.service.name": "service" },
    use: "Use `--platform swarm`, or `docker service`",
  },
  {
    name: "Docker Compose",
    labels: ["com.docker.compose.project", "com.docker.compose.service"],
    workload: { "com.docker.compose.project": "project", "com.docker.compose.service": "service" },
    use: "Use `docker compose`",
  },
  {
    name: "Kubernetes",
    labels: ["io.kubernetes."],
    workload: { "io.kubernetes.pod.namespace": "namespace", "io.kubernetes.pod.name": "pod" },
    use: "Use `kubectl`",
  },
  {
    name: "Podman",
    labels: ["io.podman.", "PODMAN_SYSTEMD_UNIT"],
    workload: { "io.podman.pod.name": "pod", "io.podman.compose.project": "project", PODMAN_SYSTEMD_UNIT: "unit" },
    use: "Use `podman pod`, `podman-compose` or `systemctl`",
  },
  {
    name: "Nomad",
    labels: ["com.hashicorp.nomad."],
    workload: { "com.hashicorp.nomad.job_name": "job", "com.hashicorp.nomad.alloc_id": "allocation" },
    use: "Use `nomad job`",
  },
  {
    name: "Amazon ECS",
    labels: ["com.amazonaws.ecs."],
    workload: { "com.amazonaws.ecs.cluster": "cluster", "com.amazonaws.ecs.task-definition-family": "task" },
    use: "Use the ECS console or API",
  },
  {
    name: "Azure IoT Edge",
    labels: ["net.azure-devices.edge."],
    workload: {},
    use: "Change the deployment of the IoT Edge device",
  },
  {
    name: "balena",
    labels: ["io.balena.supervised", "io.balena.app-id"],
    workload: { "io.balena.service-name": "service" },
    use: "Use the balena dashboard",
  },
];

/** The orchestrator that owns a container, and the workload. */
export interface ForeignOwner {
  /** `Docker Compose (project shop, service web)`. */
  text: string;
  /** How to change the container. */
  use: string;
}

const matches = (label: string, pattern: string): boolean =>
  pattern.endsWith(".") ? label.startsWith(pattern) : label === pattern;

/**
 * The other orchestrator that owns a container. This strategy never lists, changes or removes such a container. Undefined for
 * containers without an owner, and for those that this strategy created: they inherit the labels of their image (Compose labels
 * the images that it builds), and a request may set any label.
 */
export function foreignOwner(labels: Labels): ForeignOwner | undefined {
  if (labels[OPERATION_LABEL] !== undefined) return undefined;
  const names = Object.keys(labels);
  const owner = ORCHESTRATORS.find(({ labels }) =>
    labels.some((pattern) => names.some((name) => matches(name, pattern))),
  );
  if (owner === undefined) return undefined;
  const workload = Object.entries(owner.workload).flatMap(([label, noun]) =>
    labels[label] ? [`${noun} ${labels[label]}`] : [],
  );
  return { text: workload.length === 0 ? owner.name : `${owner.name} (${workload.join(", ")})`, use: owner.use };
}

/** The error for a name that a container of another orchestrator has. */
export const ownedByOther = (
  code: Extract<ErrorCode, "CONFLICT" | "ALREADY_EXISTS">,
  container: string,
  { text, use }: ForeignOwner,
  context: { service?: string; cause?: unknown } = {},
): DeploymentError =>
  new DeploymentError(code, `Container ${container} belongs to ${text}. It was not changed.`, {
    ...context,
    ...(code === "ALREADY_EXISTS" && { field: "name" }),
    hint: `${use} to change the container, or choose another name.`,
  });
