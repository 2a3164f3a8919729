export { plugin } from "./plugin.js";
export { type MyPlatformOptions, MyPlatformStrategy, optionsSchema } from "./strategy.js";
