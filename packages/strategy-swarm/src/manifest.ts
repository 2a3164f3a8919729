import {
  holdsTemplate,
  type NormalizedRequest,
  REQUEST_FIELDS,
  type ServiceMode,
  someValueHoldsTemplate,
  type StrategyManifest,
  type UnhonouredPart,
} from "@openfactory/deploy-core";
import { isReplicaEntry, REPLICA_VARIABLES, REPLICAS_VARIABLE } from "@openfactory/docker-translators";

const kindOf = (mode: ServiceMode | undefined): string => Object.keys(mode ?? { Replicated: {} })[0] as string;

const isOnHost = ({ networks = [] }: NormalizedRequest): boolean => networks.includes("host");

const isJob = ({ mode }: NormalizedRequest): boolean => kindOf(mode).endsWith("Job");

/** The texts in which a swarm expands Go templates (swarmkit, template.ExpandContainerSpec). A name in env is not one. */
const EXPANDED: readonly Pick<UnhonouredPart, "field" | "holdsFor">[] = [
  {
    field: "env[]",
    holdsFor: (value, { replicaEnv }) => {
      const entry = String(value);
      return holdsTemplate(entry.slice(entry.indexOf("="))) && !(replicaEnv === true && isReplicaEntry(entry));
    },
  },
  { field: "hostname", holdsFor: holdsTemplate },
  { field: "mounts[].Source", holdsFor: holdsTemplate },
  { field: "mounts[].Target", holdsFor: holdsTemplate },
  { field: "mounts[].VolumeOptions.Labels", holdsFor: someValueHoldsTemplate },
  { field: "mounts[].VolumeOptions.DriverConfig.Options", holdsFor: someValueHoldsTemplate },
];

const unmarkedTemplates = EXPANDED.map((part): UnhonouredPart => ({
  ...part,
  reason: "The text holds {{, and Swarm would expand it as a Go template.",
  when: ({ templates }) => templates === undefined,
  refuse: true,
  hint: "Set templates to literal to keep the text as it is written, or to expand if it is a template.",
}));

/** What Swarm honours: every field. */
export const swarmManifest: StrategyManifest = {
  name: "swarm",
  placesOnNodes: true,
  relabelsInPlace: true,
  listsSettings: true,
  capabilities: [
    "inspect",
    "list",
    "wait",
    "logs",
    "update",
    "rollback",
    "scale",
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
      : `its mode is ${kindOf(from)}, and Swarm does not make it ${kindOf(to)} in place`,
  honours: REQUEST_FIELDS,
  unhonoured: [
    {
      field: "imagePullPolicy",
      reason:
        "No registry is asked for the service, and no credentials are stored with it; but each node tries to pull the image when it starts a task, and runs what it has where that fails.",
      when: ({ imagePullPolicy }) => imagePullPolicy === "never",
    },
    {
      field: "ports[].hostAddress",
      reason: "Swarm publishes a port on every address of every node: it would be open to all.",
      unless: ["0.0.0.0", "::"],
      refuse: true,
    },
    {
      field: "ports",
      reason: "A task on the network host can't join the routing mesh: every node would reject the task.",
      when: (request) => isOnHost(request) && (request.ports ?? []).some(({ mode }) => mode === "ingress"),
      refuse: true,
    },
    {
      field: "ports",
      reason:
        "The network host publishes no ports: the process listens on its node itself, at its own port numbers and on the addresses that it chooses.",
      when: (request) => isOnHost(request) && (request.ports ?? []).every(({ mode }) => mode === "host"),
    },
    {
      field: "networks",
      reason: "A task on the network host joins no other network: every node would reject the task.",
      when: (request) => isOnHost(request) && (request.networks ?? []).length > 1,
      refuse: true,
    },
    ...(["secrets[].mode", "configs[].mode"] as const).map((field): UnhonouredPart => ({
      field,
      reason: "Swarm sets the permissions up to 0777, and leaves out the bits above them.",
      holdsFor: (mode) => typeof mode === "number" && mode > 0o777,
    })),
    {
      field: "networks[]",
      reason: "A swarm has no network none, and rejects the service.",
      holdsFor: (name) => name === "none",
      refuse: true,
      hint: "Leave it out, or join a network that is declared with internal: true.",
    },
    {
      field: "networks[]",
      reason: "The network ingress is the swarm's own, and no service joins it.",
      holdsFor: (name) => name === "ingress",
      refuse: true,
      hint: "Leave it out: published ports use it.",
    },
    {
      field: "ports",
      reason: "A node publishes no port in mode host for a task whose networks are all internal.",
      when: ({ ports = [] }) => ports.some(({ mode }) => mode === "host"),
      onEveryNetwork: ({ internal }) => internal === true,
      hint: "Add a network that is not internal, or leave the port out.",
    },
    {
      field: "mounts[].BindOptions.CreateMountpoint",
      reason: "Swarm does not keep it: a task whose node lacks the directory would be rejected.",
      unless: [false],
      refuse: true,
    },
    {
      field: "mounts[].Consistency",
      reason: "Swarm does not keep it; on Linux it means nothing.",
      unless: ["default"],
    },
    {
      field: "updateConfig",
      reason: "A job has no updates: its tasks run to completion.",
      when: isJob,
      refuse: true,
      hint: "Leave updateConfig out.",
    },
    {
      field: "restart.Condition",
      reason: "A job that is restarted whenever it ends never completes.",
      holdsFor: (condition) => condition === "any",
      when: isJob,
      refuse: true,
      hint: "Restart it on-failure or not at all.",
    },
    ...unmarkedTemplates,
  ],
};
