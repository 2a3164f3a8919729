import { REQUEST_FIELDS, type StrategyManifest } from "@openfactory/deploy-core";

/** What Swarm honours: every field. */
export const swarmManifest: StrategyManifest = {
  name: "swarm",
  placesOnNodes: true,
  capabilities: ["inspect", "list", "wait", "logs", "diagnose", "settings"],
  honours: REQUEST_FIELDS,
  unhonoured: [
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
