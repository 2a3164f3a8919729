export { swarmManifest } from "./manifest.js";
export { plugin, type SwarmOptions, swarmOptionsSchema } from "./plugin.js";
export { SwarmDeploymentStrategy } from "./strategy.js";
