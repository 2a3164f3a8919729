export { localDockerManifest } from "./manifest.js";
export { LOCAL_DOCKER_OPTIONS, type LocalDockerOptions, localDockerOptionsSchema } from "./options.js";
export { plugin } from "./plugin.js";
export { LocalDockerDeploymentStrategy } from "./strategy.js";
