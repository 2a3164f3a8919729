export { loadIdentity, type ProjectIdentity } from "./load-identity.js";
export type { Contents } from "./devices/prepare-devices.js";
export { builtInConnectors } from "./devices/connectors.js";
export { openfactoryEnvironment } from "./interpolation/variables.js";
export { type LoadOptions, loadProject } from "./load-project.js";
export { type FileNames, loadNames } from "./load-names.js";
export { resolveDocument, type ResolvedDocument } from "./resolve-document.js";
export { type PolicyFile, readPolicy } from "./policy/read-policy.js";
export { printYaml } from "./yaml/print-yaml.js";
export type {
  App,
  AppNetwork,
  AppProject,
  AppResource,
  Dependency,
  DependencyCondition,
  Device,
  FieldSource,
} from "./model.js";
export { parseAppFile, type ParseOptions } from "./load-project.js";
export { normalizeProjectName } from "./project-name.js";
export { appFileJsonSchema } from "./schema/json-schema.js";
export { type TargetTraits, validateFor } from "./checks.js";
export { type ConvertedProject, type ConvertOptions, convertProject, type ProjectFormat } from "./convert/convert.js";
export { describeServices, type DescribeOptions, type NewFile, type RunningService } from "./init/from-services.js";
export type { SecretVariable } from "./init/secret-variables.js";
export { starterFile, type StarterOptions } from "./init/starter.js";
