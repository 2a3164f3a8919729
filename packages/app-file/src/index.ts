export { loadIdentity, type ProjectIdentity } from "./load-identity.js";
export type { Contents } from "./devices/prepare-devices.js";
export { builtInConnectors } from "./devices/built-in-connectors.js";
export { type LoadOptions, loadProject } from "./load-project.js";
export type { App, AppNetwork, AppProject, AppResource, Dependency, DependencyCondition, Device } from "./model.js";
export { parseAppFile, type ParseOptions } from "./parse-app-file.js";
export { projectName } from "./project-name.js";
export { appFileJsonSchema } from "./schema/json-schema.js";
export { type TargetTraits, validateFor } from "./validate-for.js";
