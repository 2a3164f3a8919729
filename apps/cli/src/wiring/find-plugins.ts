import {
  AssetListenerRegistry,
  type ConnectorRegistry,
  CONNECTORS_KEY,
  DECLARATION_KEY,
  DeploymentError,
  discoverAllPlugins,
  exportedPlugins,
  LISTENERS_KEY,
  type PluginDeclaration,
  StrategyRegistry,
} from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { builtInPlatforms } from "../built-in-platforms.js";
import { loadPluginModule } from "./load-plugin-module.js";

/** All plugins that are known here, by kind. */
export interface Plugins {
  readonly platforms: StrategyRegistry;
  readonly connectors: ConnectorRegistry;
  readonly listeners: AssetListenerRegistry;
}

const known = new WeakMap<GlobalOptions, Promise<Plugins>>();

/**
 * All plugins that are known here: the built-in ones, those that modules named on the command line (or in
 * `OFDEPLOY_PLUGINS`) add, and those that installed packages declare. A module that is named wins over one that is found.
 * One module may add several. They are looked for once in a command.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
export function findPlugins(options: GlobalOptions, io: Io): Promise<Plugins> {
  const found = known.get(options) ?? collectPlugins(options, io);
  known.set(options, found);
  return found;
}

/** @param tolerant declares a named module that can't be loaded as a platform of the module's name, instead of failing. */
export async function collectPlugins(options: GlobalOptions, io: Io, { tolerant = false } = {}): Promise<Plugins> {
  const { builtInConnectors } = await import("@openfactory/app-file");
  const platforms = new StrategyRegistry();
  const builtIn = builtInPlatforms();
  for (const declaration of builtIn) platforms.declare(declaration);
  const plugins: Plugins = { platforms, connectors: builtInConnectors(), listeners: new AssetListenerRegistry() };
  const standard = {
    platforms: new Set(builtIn.map(({ name }) => name)),
    connectors: new Set(plugins.connectors.names()),
  };
  for (const module of namedModules(options, io)) {
    try {
      registerAll(await loadPluginModule(module, io.cwd), module, plugins);
    } catch (error) {
      if (!tolerant || !DeploymentError.isInstance(error)) throw error;
      platforms.declare({ name: module, origin: module, load: () => Promise.reject(error) });
    }
  }
  const found = await discoverAllPlugins(io.cwd);
  declareOthers(found[DECLARATION_KEY], platforms, standard.platforms);
  declareOthers(found[CONNECTORS_KEY], plugins.connectors, standard.connectors);
  declareOthers(found[LISTENERS_KEY], plugins.listeners, new Set());
  return plugins;
}

/** Every plugin that a module exports. A module without any is reported as one without a platform. */
function registerAll(loaded: unknown, module: string, { platforms, connectors, listeners }: Plugins): void {
  const kinds = new Set(exportedPlugins(loaded).map(({ kind }) => kind));
  if (kinds.has("connector")) connectors.register(loaded, module);
  if (kinds.has("assetListener")) listeners.register(loaded, module);
  if (kinds.has(undefined) || !(kinds.has("connector") || kinds.has("assetListener")))
    platforms.register(loaded, module);
}

/** Declares what was found, but for names that a module named on the command line has. Two with one name are refused later. */
function declareOthers(
  found: readonly PluginDeclaration[],
  registry: { names(): string[]; declare(declaration: PluginDeclaration): void },
  standard: ReadonlySet<string>,
): void {
  const named = new Set(registry.names().filter((name) => !standard.has(name)));
  for (const declaration of found) if (!named.has(declaration.name)) registry.declare(declaration);
}

const namedModules = ({ plugin = [] }: GlobalOptions, { env }: Io): string[] => {
  const fromEnvironment = (env["OFDEPLOY_PLUGINS"] ?? "").split(",").map((module) => module.trim());
  return [...new Set([...fromEnvironment, ...plugin])].filter((module) => module !== "");
};
