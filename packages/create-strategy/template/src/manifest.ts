import type { StrategyManifest } from "@openfactory/deploy-core";

/**
 * What the strategy promises. Whatever is not declared here is not claimed: users are warned of a field that they set,
 * and refused in strict mode. Add a field to `honours` when your platform does it; the contract tests then insist.
 */
export const manifest: StrategyManifest = {
  name: "my-platform",
  // Next may be "wait" and "logs": implement CanWait and CanLogs of @openfactory/deploy-core.
  capabilities: ["inspect", "list"],
  honours: ["image", "name", "env", "labels"],
  // A reason tells users what follows from it. Fields that are neither here nor above get a general one.
  unhonoured: [
    { field: "imagePullPolicy", reason: "Nothing is pulled.", unless: ["missing", "never"] },
    { field: "constraints", reason: "There is one folder, and no nodes to choose from." },
    { field: "resources", reason: "Nothing runs, so that there is nothing to limit." },
  ],
};
