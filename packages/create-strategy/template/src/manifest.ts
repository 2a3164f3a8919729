import type { StrategyManifest } from "@openfactory/deploy-core";

/**
 * The fields and capabilities that the strategy supports. A user who sets any other field gets a warning, or an error in
 * strict mode. Add a field to `supportedFields` once your platform supports it: the contract tests then test it.
 */
export const manifest: StrategyManifest = {
  name: "my-platform",
  // Good next steps are "wait" and "logs": implement CanWait and CanLogs of @openfactory/deploy-core.
  capabilities: ["inspect", "list"],
  supportedFields: ["image", "name", "env", "labels"],
  // Reasons describe the consequence for the user. All other fields have a default reason.
  limitations: [
    { field: "imagePullPolicy", reason: "Images are never pulled.", unless: ["missing", "never"] },
    { field: "constraints", reason: "All services are in one folder; there are no nodes to choose from." },
    { field: "resources", reason: "No process runs, so there is nothing to limit." },
  ],
};
