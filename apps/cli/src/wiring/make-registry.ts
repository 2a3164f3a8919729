import { DeploymentError, discoverPlugins, StrategyRegistry } from "@openfactory/deploy-core";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { builtInPlatforms } from "../built-in-platforms.js";
import { loadPluginModule } from "./load-plugin-module.js";

/**
 * All platforms that are known here: the built-in ones, those that modules named on the command line (or in
 * `OFDEPLOY_PLUGINS`) add, and those that installed packages declare. A module that is named wins over one that is found.
 * @param tolerant declares a named module that can't be loaded under the module's name, instead of failing.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
export async function makeRegistry(options: GlobalOptions, io: Io, { tolerant = false } = {}): Promise<StrategyRegistry> {
  const registry = new StrategyRegistry();
  const builtIn = builtInPlatforms();
  for (const declaration of builtIn) registry.declare(declaration);
  for (const module of namedModules(options, io)) {
    try {
      registry.register(await loadPluginModule(module, io.cwd), module);
    } catch (error) {
      if (!tolerant || !DeploymentError.isInstance(error)) throw error;
      registry.declare({ name: module, origin: module, load: () => Promise.reject(error) });
    }
  }
  const named = new Set(registry.names());
  for (const { name } of builtIn) named.delete(name);
  for (const declaration of await discoverPlugins(io.cwd)) {
    if (!named.has(declaration.name)) registry.declare(declaration);
  }
  return registry;
}

const namedModules = ({ plugin = [] }: GlobalOptions, { env }: Io): string[] => {
  const fromEnvironment = (env["OFDEPLOY_PLUGINS"] ?? "").split(",").map((module) => module.trim());
  return [...new Set([...fromEnvironment, ...plugin])].filter((module) => module !== "");
};
