export { startCountingProxy, type CountingProxy } from "./counting-proxy.js";
export { installPackages, unpackPackage } from "./debian-packages.js";
export { findEngine } from "./find-engine.js";
export {
  ensureEngine,
  holdEngine,
  stopHeldEngine,
  type EnsureEngineOptions,
  type TestEngine,
} from "./ensure-engine.js";
export { findPrivateEngine } from "./private-engine.js";
export { listLeftovers, sweep, TEST_LABEL } from "./leftovers.js";
export { withLock } from "./lock.js";
export { logToStderr, type Log } from "./log.js";
export { unmountBelow } from "./mounts.js";
export { address, engineApi, RawEngine, type EngineJson, type RawAnswer, type RawRequest } from "./raw-engine.js";
export {
  CHANGED_ACCOUNT,
  REGISTRY_ACCOUNT,
  startRegistry,
  type Registry,
  type RegistryAccount,
  type RegistryOptions,
} from "./registry.js";
export { pushIndex } from "./registry-index.js";
export { startRefusingRegistry, type RefusingRegistry } from "./refusing-registry.js";
export { startRegistryProxy, type RegistryProxy } from "./registry-proxy.js";
export { hasCommand, mustRun, runCommand, type CommandOptions, type CommandResult } from "./run-command.js";
export { runInside, type InsideResult } from "./run-inside.js";
export { settings, type Settings } from "./settings.js";
export { freeSubnet, type Subnet } from "./subnet.js";
export { TestEngineError } from "./test-engine-error.js";
export {
  ensureEntrypointImage,
  ensureTestImage,
  importRootfs,
  TEST_ENTRYPOINT_IMAGE,
  TEST_IMAGE,
} from "./test-image.js";
export { tar, type TarEntry } from "./tar.js";
export { startTestRun, tidy, type TestRun } from "./test-run.js";
