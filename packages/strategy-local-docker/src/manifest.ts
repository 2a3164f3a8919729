import type { NormalizedRequest, StrategyManifest, UnhonouredPart } from "@openfactory/deploy-core";
import type { LocalDockerOptions } from "./options.js";

const needsASwarm = "It takes a swarm; a single engine has nothing to do for it.";

const on =
  (network: string) =>
  ({ networks = [] }: NormalizedRequest): boolean =>
    networks.includes(network);

/** What the engine accepts with its own networks, and does not do (moby, daemon: verifyNetworkingConfig, sandbox options). */
const ownNetworks: UnhonouredPart[] = [
  {
    field: "ports",
    reason:
      "The network host publishes no ports: the process listens on the host itself, at its own port numbers and on the addresses that it chooses.",
    when: on("host"),
  },
  { field: "ports", reason: "The network none publishes no ports: nothing reaches the process.", when: on("none") },
  {
    field: "ports",
    reason: "No network of the app publishes ports: internal, macvlan and ipvlan networks do not.",
    onEveryNetwork: ({ internal, driver = "bridge" }) =>
      internal === true || driver === "macvlan" || driver === "ipvlan",
    hint: "Add a network that is not internal, or leave ports out.",
  },
];

const always: UnhonouredPart[] = [
  { field: "constraints", reason: "A single engine has no nodes to choose from." },
  { field: "resources.Reservations.NanoCPUs", reason: "A single engine reserves memory only; limit the CPUs instead." },
  { field: "restart.Delay", reason: "The engine itself chooses how long it waits between restarts of a container." },
  { field: "restart.Window", reason: "The engine itself chooses when a restarted container counts as stable." },
  {
    field: "restart.MaxAttempts",
    reason: "The engine counts attempts for the condition on-failure only.",
    when: (request: NormalizedRequest) => request.restart?.Condition === "any",
  },
  { field: "secrets", reason: "A single engine keeps no secrets: the files are missing in the container." },
  { field: "configs", reason: "A single engine keeps no configs: the files are missing in the container." },
  {
    field: "resources.Reservations.MemoryBytes",
    reason: "A single engine reserves at least 6 MiB of memory.",
    holdsFor: (bytes) => Number(bytes) < 6 * 1024 ** 2,
    refuse: true,
    hint: "Reserve at least 6Mi.",
  },
  {
    field: "templates",
    reason: "A single engine expands no templates: the container gets the text as it is written.",
    unless: ["literal"],
  },
  { field: "updateConfig", reason: needsASwarm },
  { field: "rollbackConfig", reason: needsASwarm },
];

const replicatedOnly: UnhonouredPart = {
  field: "mode",
  reason: "Containers can emulate the mode Replicated alone.",
  when: ({ mode }: NormalizedRequest) => mode !== undefined && !("Replicated" in mode),
  refuse: true,
};

const isJob = ({ mode }: NormalizedRequest): boolean =>
  mode !== undefined && ("ReplicatedJob" in mode || "GlobalJob" in mode);

const oneContainer: UnhonouredPart[] = [
  {
    field: "mode",
    reason: "One container is run; with the option emulateReplicas, one for each replica.",
    unless: [{ Replicated: { Replicas: 1 } }],
    when: (request) => !isJob(request),
  },
  { field: "mode", reason: "A job is one container, which runs once, and again only if it fails.", when: isJob },
];

/** What local Docker honours, and why not the rest. */
export const localDockerManifest = ({ emulateReplicas }: LocalDockerOptions = {}): StrategyManifest => ({
  name: "docker",
  capabilities: [
    "inspect",
    "list",
    "wait",
    "logs",
    "update",
    "rollback",
    ...(emulateReplicas ? (["scale"] as const) : []),
    "diagnose",
    "settings",
    "lock",
    "resources",
    "preflight",
    "elsewhere",
  ],
  honours: [
    "image",
    "imagePullPolicy",
    "user",
    "name",
    "env",
    // A container has no slot and no node: there are no variables to add.
    "replicaEnv",
    "labels",
    "command",
    "args",
    "ports",
    "networks",
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
    "templates",
    ...(emulateReplicas ? (["mode"] as const) : []),
  ],
  unhonoured: [...always, ...ownNetworks, ...(emulateReplicas ? [replicatedOnly] : oneContainer)],
});
