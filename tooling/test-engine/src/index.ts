export { type Browser, type RenderedPage, type RenderOptions, startBrowser } from "./browser.js";
export { forwardCall, startCountingProxy, type CountingProxy } from "./counting-proxy.js";
export { installPackages, unpackPackage } from "./debian-packages.js";
export {
  ensureEngine,
  holdEngine,
  stopHeldEngine,
  type EnsureEngineOptions,
  type TestEngine,
} from "./ensure-engine.js";
export { findPrivateEngine, GO_MEMORY } from "./private-engine.js";
export { listLeftovers, sweep, TEST_LABEL } from "./leftovers.js";
export { withLock } from "./locks.js";
export { freePort } from "./free-port.js";
export { logToStderr, TestEngineError, type Log } from "./errors-and-log.js";
export {
  address,
  engineApi,
  findEngine,
  RawEngine,
  type EngineJson,
  type RawAnswer,
  type RawRequest,
} from "./raw-engine.js";
export {
  CHANGED_ACCOUNT,
  REGISTRY_ACCOUNT,
  startRegistry,
  type TokenService,
  type Registry,
  type RegistryAccount,
  type RegistryOptions,
} from "./registry.js";
export { pushIndex } from "./registry-index.js";
export {
  startRefusingRegistry,
  startRegistryProxy,
  type RefusingRegistry,
  type RegistryProxy,
} from "./faulty-registries.js";
export {
  hasCommand,
  mustRun,
  runCommand,
  systemPath,
  unmountBelow,
  type CommandOptions,
  type CommandResult,
} from "./run-command.js";
export { runInside, type InsideResult } from "./run-inside.js";
export { settings, type Settings } from "./settings.js";
export { freeSubnet, type Subnet } from "./network.js";
export {
  ensureEntrypointImage,
  ensureTestImage,
  importRootfs,
  TEST_ENTRYPOINT_IMAGE,
  TEST_IMAGE,
} from "./test-image.js";
export { tar, type TarEntry } from "./tar.js";
export { startTestRun, cleanUp, type TestRun } from "./test-run.js";
