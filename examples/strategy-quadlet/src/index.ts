export { quadletManifest } from "./manifest.js";
export { DEFAULT_FOLDERS, type Folders } from "./node/files.js";
export { CommandHost, containerHost, type Host, localHost, type RunningCommand, sshHost } from "./node/host.js";
export { plugin } from "./plugin.js";
export { QuadletDeploymentStrategy } from "./strategy.js";
