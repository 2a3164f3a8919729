import { DeploymentError, type ErrorCode } from "@openfactory/deploy-core";
import { OPERATION_LABEL } from "@openfactory/docker-translators";

type Labels = Readonly<Record<string, string>>;

/** An orchestrator that runs its workloads as containers of the engine, and the labels that mark them. */
interface Orchestrator {
  name: string;
  /** A container belongs to the orchestrator if a label's name equals this text, or begins with it where it ends with a dot. */
  labels: readonly string[];
  /** The labels whose values name the workload, each with the word for it. */
  workload: Readonly<Record<string, string>>;
  /** How the workload is changed. */
  use: string;
}

/** Sources: swarmkit and moby (executor labels), compose-spec, kubelet and cri-dockerd, Podman, Nomad, ECS agent, IoT Edge, balena. */
const ORCHESTRATORS: readonly Orchestrator[] = [
  {
    name: "Docker Swarm",
    labels: ["com.docker.swarm."],
    workload: { "com.docker.swarm.service.name": "service" },
    use: "Use `--platform swarm`, or docker service",
  },
  {
    name: "Docker Compose",
    labels: ["com.docker.compose.project", "com.docker.compose.service"],
    workload: { "com.docker.compose.project": "project", "com.docker.compose.service": "service" },
    use: "Use docker compose",
  },
  {
    name: "Kubernetes",
    labels: ["io.kubernetes."],
    workload: { "io.kubernetes.pod.namespace": "namespace", "io.kubernetes.pod.name": "pod" },
    use: "Use kubectl",
  },
  {
    name: "Podman",
    labels: ["io.podman.", "PODMAN_SYSTEMD_UNIT"],
    workload: { "io.podman.pod.name": "pod", "io.podman.compose.project": "project", PODMAN_SYSTEMD_UNIT: "unit" },
    use: "Use podman pod, podman-compose or systemctl",
  },
  {
    name: "Nomad",
    labels: ["com.hashicorp.nomad."],
    workload: { "com.hashicorp.nomad.job_name": "job", "com.hashicorp.nomad.alloc_id": "allocation" },
    use: "Use nomad job",
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

/** The orchestrator that a container belongs to, and the workload. */
export interface ForeignOwner {
  /** `Docker Compose (project shop, service web)`. */
  text: string;
  /** How the container is changed. */
  use: string;
}

const matches = (label: string, mark: string): boolean =>
  mark.endsWith(".") ? label.startsWith(mark) : label === mark;

/**
 * The other orchestrator that a container belongs to: this strategy never lists, changes or removes that container.
 * Undefined for containers that no orchestrator owns, and for those that this strategy made: an image passes its labels
 * on (Compose labels the images that it builds), and a request may set any label.
 */
export function foreignOwner(labels: Labels): ForeignOwner | undefined {
  if (labels[OPERATION_LABEL] !== undefined) return undefined;
  const names = Object.keys(labels);
  const owner = ORCHESTRATORS.find((one) => one.labels.some((mark) => names.some((label) => matches(label, mark))));
  if (owner === undefined) return undefined;
  const workload = Object.entries(owner.workload).flatMap(([label, word]) =>
    labels[label] ? [`${word} ${labels[label]}`] : [],
  );
  return { text: workload.length === 0 ? owner.name : `${owner.name} (${workload.join(", ")})`, use: owner.use };
}

/** A name that a container of another orchestrator has. */
export const ownedByOther = (
  code: Extract<ErrorCode, "CONFLICT" | "ALREADY_EXISTS">,
  container: string,
  { text, use }: ForeignOwner,
  context: { service?: string; cause?: unknown } = {},
): DeploymentError =>
  new DeploymentError(code, `The container ${container} belongs to ${text}. It was not changed.`, {
    ...context,
    ...(code === "ALREADY_EXISTS" && { field: "name" }),
    hint: `${use} to change that container, or choose another name.`,
  });
