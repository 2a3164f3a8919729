import { REQUEST_FIELDS, type StrategyManifest } from "@openfactory/deploy-core";

/** What Swarm honours: every field. */
export const swarmManifest: StrategyManifest = {
  name: "swarm",
  placesOnNodes: true,
  capabilities: ["inspect", "list", "wait", "logs", "diagnose"],
  honours: REQUEST_FIELDS,
  unhonoured: [
    {
      field: "ports[].hostAddress",
      reason: "Swarm publishes a port on every address of every node: it would be open to all.",
      refuse: true,
    },
  ],
};
