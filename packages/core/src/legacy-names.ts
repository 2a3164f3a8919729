// The names of functions and constants before the first release, for plugins for contract version 1. Remove this file with
// contract version 2. Types need no old names, since they don't exist at run time.
export { isMetadataLabel as isBookkeepingLabel, METADATA_LABELS as BOOKKEEPING_LABELS } from "./labels.js";
export { PLATFORMS_KEY as DECLARATION_KEY } from "./plugins/discover.js";
export { loadWithTimeout as loadInTime } from "./plugins/plugin-registry.js";
export { formatImageReference as imageText } from "./request/image-reference.js";
export { formatFieldPath as fieldPath, parseFieldPath as fieldSteps } from "./request/field-path.js";
export {
  containsTemplate as holdsTemplate,
  someValueContainsTemplate as someValueHoldsTemplate,
} from "./request/process.js";
export { redactStatus as withoutOwnSecrets } from "./secrets/guard-strategy.js";
export { checkSupport as checkHonoured } from "./strategy/check-support.js";
