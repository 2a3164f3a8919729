export { type CreateOptions, createStrategy } from "./create-strategy.js";
export { run } from "./run.js";
export { UserError } from "./user-error.js";
