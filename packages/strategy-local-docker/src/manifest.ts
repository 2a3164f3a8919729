import type { NormalizedRequest, StrategyManifest, Limitation } from "@openfactory/deploy-core";
import type { LocalDockerOptions } from "./options.js";

const swarmOnly = "Swarm only: a single engine has no rolling updates.";

const on =
  (network: string) =>
  ({ networks = [] }: NormalizedRequest): boolean =>
    networks.includes(network);

/** Networks that every engine has. */
const PREDEFINED_NETWORKS: ReadonlySet<string> = new Set(["default", "bridge", "host", "none"]);

/** Ports that the engine accepts without publishing them (moby, daemon: verifyNetworkingConfig, sandbox options). */
const unpublishedPorts: Limitation[] = [
  {
    field: "ports",
    reason:
      "The network host publishes no ports: the process listens directly on the host, on its own ports and addresses.",
    when: on("host"),
  },
  { field: "ports", reason: "The network none publishes no ports: the process can't be reached.", when: on("none") },
  {
    field: "ports",
    reason: "No network of the app publishes ports: internal, macvlan and ipvlan networks publish none.",
    whenEveryNetwork: ({ internal, driver = "bridge" }) =>
      internal === true || driver === "macvlan" || driver === "ipvlan",
    hint: "Add a network that is not internal, or remove ports.",
  },
];

const generalLimitations: Limitation[] = [
  {
    field: "networkAliases",
    reason: "The engine's predefined networks resolve no names: no container finds the app by an alias.",
    when: ({ networks = [] }) => networks.every((name) => PREDEFINED_NETWORKS.has(name)),
    hint: "Declare a network in the file, and add it to networks.",
  },
  { field: "constraints", reason: "A single engine has no nodes to choose from." },
  { field: "resources.Reservations.NanoCPUs", reason: "A single engine reserves memory only. Limit the CPUs instead." },
  { field: "restart.Delay", reason: "The engine sets the delay between restarts of a container itself." },
  { field: "restart.Window", reason: "The engine decides itself when a restarted container counts as stable." },
  {
    field: "restart.MaxAttempts",
    reason: "The engine counts attempts only for the condition on-failure.",
    when: (request: NormalizedRequest) => request.restart?.Condition === "any",
  },
  {
    field: "resources.Reservations.MemoryBytes",
    reason: "A single engine reserves at least 6 MiB of memory.",
    appliesTo: (bytes) => Number(bytes) < 6 * 1024 ** 2,
    refuse: true,
    hint: "Reserve at least 6Mi.",
  },
  {
    field: "templates",
    reason: "A single engine expands no templates: the container gets the text unchanged.",
    unless: ["literal"],
  },
  {
    field: "devices[].source",
    reason:
      "The kernel opens a pseudo-terminal only in its own file system: the process would get an input/output error.",
    appliesTo: (path) => String(path).startsWith("/dev/pts/"),
    hint: "Mount the pseudo-terminal instead, with storage of the type local.",
  },
  { field: "updateConfig", reason: swarmOnly },
  { field: "rollbackConfig", reason: swarmOnly },
];

const replicatedOnly: Limitation = {
  field: "mode",
  reason: "Only the mode Replicated can be emulated with containers.",
  when: ({ mode }: NormalizedRequest) => mode !== undefined && !("Replicated" in mode),
  refuse: true,
};

const isJob = ({ mode }: NormalizedRequest): boolean =>
  mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode);

const oneContainer: Limitation[] = [
  {
    field: "mode",
    reason: "Runs 1 container. Pass --option emulateReplicas=true for more.",
    unless: [{ Replicated: { Replicas: 1 } }],
    when: (request) => !isJob(request),
  },
  { field: "mode", reason: "Runs the job once, as 1 container, and restarts it only if it fails.", when: isJob },
];

/** The fields that local Docker supports, and the reasons for its limitations. */
export const localDockerManifest = ({ emulateReplicas }: LocalDockerOptions = {}): StrategyManifest => ({
  name: "docker",
  ...(!emulateReplicas && { capabilityOptions: { scale: "emulateReplicas=true" } }),
  capabilities: [
    "inspect",
    "list",
    "wait",
    "logs",
    "update",
    "rollback",
    ...(emulateReplicas ? (["scale"] as const) : []),
    "restart",
    "stop",
    "exec",
    "diagnose",
    "settings",
    "lock",
    "resources",
    "preflight",
    "elsewhere",
  ],
  supportedFields: [
    "image",
    "imagePullPolicy",
    "user",
    "name",
    "env",
    // A container has no slot and no node, so that there are no variables to add.
    "replicaEnv",
    "labels",
    "command",
    "args",
    "ports",
    "networks",
    "networkAliases",
    "resources",
    "openFiles",
    "mounts",
    "healthcheck",
    "restart",
    "stopGracePeriod",
    "hostname",
    "init",
    "readOnly",
    "capAdd",
    "capDrop",
    "privileged",
    "devices",
    "groupAdd",
    "workingDir",
    "tty",
    "openStdin",
    "stopSignal",
    "extraHosts",
    "dns",
    "sysctls",
    "shmSize",
    "logging",
    "secrets",
    "configs",
    "templates",
    ...(emulateReplicas ? (["mode"] as const) : []),
  ],
  limitations: [...generalLimitations, ...unpublishedPorts, ...(emulateReplicas ? [replicatedOnly] : oneContainer)],
});
