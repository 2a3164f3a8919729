export { runCommand } from "./command.js";
export { createEngine, createSwarm, type SingleEngine, type Swarm } from "./create-swarm.js";
export {
  ENGINE_VERSIONS,
  type EngineVersion,
  type NodeVersion,
  PODMAN_VERSIONS,
  type PodmanVersion,
} from "./node-engines.js";
export { ensureNodeImage } from "./node-image.js";
export type { Node } from "./node.js";
export { shareSwarm } from "./share-swarm.js";
