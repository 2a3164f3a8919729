export { run } from "./cli.js";
export { type CreateOptions, createStrategy } from "./create-strategy.js";
export { UserError } from "./names.js";
