export { loadAppFile, type LoadOptions } from "./load-app-file.js";
export type { App, AppFile, AppNetwork, AppResource, Dependency, DependencyCondition } from "./model.js";
export { parseAppFile, type ParseOptions } from "./parse-app-file.js";
export { appFileJsonSchema } from "./schema/json-schema.js";
export { type TargetTraits, validateFor } from "./validate-for.js";
