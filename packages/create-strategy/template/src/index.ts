export { type MyPlatformOptions, optionsSchema } from "./options.js";
export { plugin } from "./plugin.js";
export { MyPlatformStrategy } from "./strategy.js";
