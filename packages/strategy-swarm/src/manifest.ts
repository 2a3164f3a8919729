import {
  containsTemplate,
  type NormalizedRequest,
  REQUEST_FIELDS,
  type ServiceMode,
  someValueContainsTemplate,
  type StrategyManifest,
  type Limitation,
} from "@openfactory/deploy-core";
import { isReplicaEntry, REPLICA_VARIABLES, REPLICAS_VARIABLE } from "@openfactory/docker-translators";

const kindOf = (mode: ServiceMode | undefined): string => Object.keys(mode ?? { Replicated: {} })[0] as string;

const isOnHost = ({ networks = [] }: NormalizedRequest): boolean => networks.includes("host");

/** Networks of each node, without name resolution. */
const PREDEFINED_NETWORKS: ReadonlySet<string> = new Set(["bridge", "host", "none"]);

const isJob = ({ mode }: NormalizedRequest): boolean => kindOf(mode).endsWith("Job");

/** The values in which a swarm expands Go templates (swarmkit, template.ExpandContainerSpec). Names in env are not expanded. */
const EXPANDED: readonly Pick<Limitation, "field" | "appliesTo">[] = [
  {
    field: "env[]",
    appliesTo: (value, { replicaEnv }) => {
      const entry = String(value);
      return containsTemplate(entry.slice(entry.indexOf("="))) && !(replicaEnv === true && isReplicaEntry(entry));
    },
  },
  { field: "hostname", appliesTo: containsTemplate },
  { field: "mounts[].Source", appliesTo: containsTemplate },
  { field: "mounts[].Target", appliesTo: containsTemplate },
  { field: "mounts[].VolumeOptions.Labels", appliesTo: someValueContainsTemplate },
  { field: "mounts[].VolumeOptions.DriverConfig.Options", appliesTo: someValueContainsTemplate },
];

const unmarkedTemplates = EXPANDED.map((part): Limitation => ({
  ...part,
  reason: "The text contains {{, which Swarm would expand as a Go template.",
  when: ({ templates }) => templates === undefined,
  refuse: true,
  hint: "Set templates to literal to keep the text unchanged, or to expand to use it as a template.",
}));

/** Swarm supports every field, with the limitations below. */
export const swarmManifest: StrategyManifest = {
  name: "swarm",
  placesOnNodes: true,
  relabelsInPlace: true,
  keepsUnmappedSettings: true,
  listsSettings: true,
  capabilities: [
    "inspect",
    "list",
    "wait",
    "logs",
    "update",
    "rollback",
    "scale",
    "restart",
    "stop",
    "exec",
    "refreshAuth",
    "diagnose",
    "settings",
    "lock",
    "resources",
    "preflight",
    "elsewhere",
  ],
  replicaVariables: { names: REPLICA_VARIABLES, replicas: REPLICAS_VARIABLE },
  needsReplacement: ({ mode: from }, { mode: to }) =>
    kindOf(from) === kindOf(to)
      ? undefined
      : `Swarm can't change the mode from ${kindOf(from)} to ${kindOf(to)} in place`,
  supportedFields: REQUEST_FIELDS,
  limitations: [
    {
      field: "imagePullPolicy",
      reason:
        "Swarm has no pull policy never. No credentials are stored with the service, but each node still tries to pull the image when it starts a task, and runs its local copy if the pull fails.",
      when: ({ imagePullPolicy }) => imagePullPolicy === "never",
    },
    {
      field: "ports[].hostAddress",
      reason: "Swarm publishes a port on all addresses of all nodes: it would be open to everyone.",
      unless: ["0.0.0.0", "::"],
      refuse: true,
    },
    {
      field: "ports",
      reason: "A task on the network host can't use the routing mesh: every node would reject the task.",
      when: (request) => isOnHost(request) && (request.ports ?? []).some(({ mode }) => mode === "ingress"),
      refuse: true,
    },
    {
      field: "ports",
      reason:
        "The network host publishes no ports: the process listens directly on its node, on its own ports and addresses.",
      when: (request) => isOnHost(request) && (request.ports ?? []).every(({ mode }) => mode === "host"),
    },
    ...(["secrets[].mode", "configs[].mode"] as const).map((field): Limitation => ({
      field,
      reason: "Swarm sets the permissions up to 0777 and ignores higher bits.",
      appliesTo: (mode) => typeof mode === "number" && mode > 0o777,
    })),
    {
      field: "networks[]",
      reason: "A swarm has no network none and rejects the service.",
      appliesTo: (name) => name === "none",
      refuse: true,
      hint: "Remove the network, or use one that is declared with internal: true.",
    },
    {
      field: "networks[]",
      reason: "The network ingress is the swarm's own: services can't join it.",
      appliesTo: (name) => name === "ingress",
      refuse: true,
      hint: "Remove the network: published ports use ingress automatically.",
    },
    {
      field: "networkAliases",
      reason: "The service joins no network of the swarm, so no task finds it by an alias.",
      when: ({ networks = [] }) => networks.every((name) => PREDEFINED_NETWORKS.has(name)),
      hint: "Declare a network in the file, and add it to networks.",
    },
    {
      field: "ports",
      reason: "A node does not publish ports in mode host for a task whose networks are all internal.",
      when: ({ ports = [] }) => ports.some(({ mode }) => mode === "host"),
      whenEveryNetwork: ({ internal }) => internal === true,
      hint: "Add a network that is not internal, or remove the port.",
    },
    {
      field: "mounts[].BindOptions.CreateMountpoint",
      reason: "Swarm ignores the field: a node without the directory would reject the task.",
      unless: [false],
      refuse: true,
    },
    {
      field: "mounts[].Consistency",
      reason: "Swarm ignores the field, which has no effect on Linux.",
      unless: ["default"],
    },
    {
      field: "updateConfig",
      reason: "A job has no updates: its tasks run to completion.",
      when: isJob,
      refuse: true,
      hint: "Remove updateConfig.",
    },
    {
      field: "restart.Condition",
      reason: "A job that restarts after each exit never completes.",
      appliesTo: (condition) => condition === "any",
      when: isJob,
      refuse: true,
      hint: "Set the restart condition to on-failure or none.",
    },
    {
      field: "devices",
      reason: "Swarm can't give a device of a node to a task: the process would run without it.",
      refuse: true,
      hint: "Deploy the app on the host that has the device, with --platform docker, or remove devices.",
    },
    {
      field: "privileged",
      reason: "Swarm never runs privileged containers: the process would run without the rights that it needs.",
      unless: [false],
      refuse: true,
      hint: "Deploy the app on its host with --platform docker, or use capAdd for the capabilities that it needs.",
    },
    ...unmarkedTemplates,
  ],
};
