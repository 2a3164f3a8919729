import type { PluginDeclaration } from "@openfactory/deploy-core";

/** The platforms `docker` and `swarm`. Each is a separate file of the bundle, loaded on demand. */
export const builtInPlatforms = (): PluginDeclaration[] => [
  {
    name: "docker",
    origin: "@openfactory/strategy-local-docker",
    load: () => import("@openfactory/strategy-local-docker"),
  },
  { name: "swarm", origin: "@openfactory/strategy-swarm", load: () => import("@openfactory/strategy-swarm") },
];
