import { REQUEST_FIELDS, type ServiceMode, type StrategyManifest } from "@openfactory/deploy-core";
import { REPLICA_VARIABLES, REPLICAS_VARIABLE } from "@openfactory/docker-translators";

const kindOf = (mode: ServiceMode | undefined): string => Object.keys(mode ?? { Replicated: {} })[0] as string;

/** What Swarm honours: every field. */
export const swarmManifest: StrategyManifest = {
  name: "swarm",
  placesOnNodes: true,
  relabelsInPlace: true,
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
    kindOf(from) === kindOf(to) ? undefined : `its mode is ${kindOf(from)}, and Swarm does not make it ${kindOf(to)} in place`,
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
      refuse: true,
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
  ],
};
