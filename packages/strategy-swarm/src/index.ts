export { swarmManifest } from "./manifest.js";
export { type SwarmOptions, swarmOptionsSchema } from "./plugin.js";
export { plugin } from "./plugin.js";
export { SwarmDeploymentStrategy } from "./strategy.js";
