export { createEngine, type SingleEngine } from "./create-engine.js";
export { createSwarm, type Swarm, type SwarmOptions } from "./create-swarm.js";
export {
  ENGINE_VERSIONS,
  type EngineVersion,
  type NodeVersion,
  PODMAN_VERSIONS,
  type PodmanVersion,
} from "./engine-version.js";
export { ensureNodeImage } from "./node-image.js";
export { listSwarms, type NodeStatus } from "./list-swarms.js";
export { runCommand } from "./command.js";
export type { Node } from "./node.js";
export { removeNodes } from "./node-network.js";
export type { NodesOptions } from "./nodes.js";
