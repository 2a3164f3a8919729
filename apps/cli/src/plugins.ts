import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  AssetListenerRegistry,
  type ConnectorRegistry,
  CONNECTORS_KEY,
  PLATFORMS_KEY,
  DeploymentError,
  discoverAllPlugins,
  exportedPlugins,
  LISTENERS_KEY,
  loadWithTimeout,
  type PluginDeclaration,
  StrategyRegistry,
} from "@openfactory/deploy-core";
import { builtInPlatforms } from "./built-in-platforms.js";
import type { Io } from "./io.js";
import type { GlobalOptions } from "./options/context.js";

/** All available plugins, by kind. */
export interface Plugins {
  readonly platforms: StrategyRegistry;
  readonly connectors: ConnectorRegistry;
  readonly listeners: AssetListenerRegistry;
}

const cache = new WeakMap<GlobalOptions, Promise<Plugins>>();

/**
 * Finds all plugins: the built-in ones, those of `--plugin` and `OFDEPLOY_PLUGINS`, and those that packages of the
 * project and of the command's installation declare. A plugin of `--plugin` replaces an installed one of the same name. Searches once per command.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
export function findPlugins(options: GlobalOptions, io: Io): Promise<Plugins> {
  const found = cache.get(options) ?? collectPlugins(options, io);
  cache.set(options, found);
  return found;
}

/**
 * Finds all plugins, without a cache.
 * @param tolerant lists a module that can't be loaded as a platform with an error, instead of throwing.
 */
export async function collectPlugins(options: GlobalOptions, io: Io, { tolerant = false } = {}): Promise<Plugins> {
  const { builtInConnectors } = await import("@openfactory/app-file");
  const platforms = new StrategyRegistry(undefined, { env: io.env });
  const builtIn = builtInPlatforms();
  for (const declaration of builtIn) platforms.declare(declaration);
  const plugins: Plugins = { platforms, connectors: builtInConnectors(), listeners: new AssetListenerRegistry() };
  const builtInNames = {
    platforms: new Set(builtIn.map(({ name }) => name)),
    connectors: new Set(plugins.connectors.names()),
  };
  for (const module of requestedModules(options, io)) {
    try {
      registerAll(await loadPluginModule(module, io.cwd), module, plugins);
    } catch (error) {
      if (!tolerant || !DeploymentError.isInstance(error)) throw error;
      platforms.declare({ name: module, origin: module, load: () => Promise.reject(error) });
    }
  }
  const found = await discoverAllPlugins(io.cwd, io.installation);
  declareInstalled(found[PLATFORMS_KEY], platforms, builtInNames.platforms);
  declareInstalled(found[CONNECTORS_KEY], plugins.connectors, builtInNames.connectors);
  declareInstalled(found[LISTENERS_KEY], plugins.listeners, new Set());
  return plugins;
}

/** Registers every plugin that a module exports. For a module without plugins, `platforms` throws the error. */
function registerAll(loaded: unknown, module: string, { platforms, connectors, listeners }: Plugins): void {
  const kinds = new Set(exportedPlugins(loaded).map(({ kind }) => kind));
  if (kinds.has("connector")) connectors.register(loaded, module);
  if (kinds.has("assetListener")) listeners.register(loaded, module);
  if (kinds.has(undefined) || !(kinds.has("connector") || kinds.has("assetListener")))
    platforms.register(loaded, module);
}

/**
 * Declares the plugins of installed packages, except those whose name a module of `--plugin` has. The registry refuses two
 * packages with one name later.
 */
function declareInstalled(
  found: readonly PluginDeclaration[],
  registry: { names(): string[]; declare(declaration: PluginDeclaration): void },
  builtInNames: ReadonlySet<string>,
): void {
  const named = new Set(registry.names().filter((name) => !builtInNames.has(name)));
  for (const declaration of found) if (!named.has(declaration.name)) registry.declare(declaration);
}

const requestedModules = ({ plugin = [] }: GlobalOptions, { env }: Io): string[] => {
  const fromEnvironment = (env["OFDEPLOY_PLUGINS"] ?? "").split(",").map((module) => module.trim());
  return [...new Set([...fromEnvironment, ...plugin])].filter((module) => module !== "");
};

const isPath = (module: string): boolean => isAbsolute(module) || /^\.{1,2}[\\/]/.test(module);

/** Imports a module with plugins: a path, or a package resolved from `cwd`. @throws DeploymentError `PLUGIN_FAILED`. */
async function loadPluginModule(module: string, cwd: string): Promise<unknown> {
  try {
    return await loadWithTimeout(module, () => import(locate(module, cwd)));
  } catch (error) {
    if (DeploymentError.isInstance(error)) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0];
    throw new DeploymentError("PLUGIN_FAILED", `The plugin ${module} could not be loaded: ${reason}.`, {
      hint: "Check the path, or install the package in the working directory.",
      cause: error,
    });
  }
}

function locate(module: string, cwd: string): string {
  if (isPath(module)) return pathToFileURL(isAbsolute(module) ? module : join(cwd, module)).href;
  try {
    return pathToFileURL(createRequire(join(cwd, "package.json")).resolve(module)).href;
  } catch {
    // The package has no CommonJS entry, so Node resolves it from this module.
    return module;
  }
}
