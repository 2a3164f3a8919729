export { MemoryEngine, type MemoryEngineOptions, type UpdateFailureAction } from "./engine.js";
export { memoryManifest } from "./manifest.js";
export { type MemoryOptions, memoryOptionsSchema, type Operation } from "./options.js";
export { plugin } from "./plugin.js";
export { type MemoryResource, MemoryResources } from "./resources.js";
export type { SimulatedProcess, WrittenLine } from "./process.js";
export type { MemoryInstance, MemoryService } from "./service.js";
export { type Intercept, MemoryDeploymentStrategy } from "./strategy.js";
