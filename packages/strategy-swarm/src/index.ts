export { swarmManifest } from "./manifest.js";
export { type SwarmOptions, swarmOptionsSchema } from "./options.js";
export { plugin } from "./plugin.js";
export { SwarmDeploymentStrategy } from "./strategy.js";
