import { DeploymentError } from "../errors/deployment-error.js";
import { CONTRACT_VERSION, type StrategyPlugin } from "./plugin.js";

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const flaw = (plugin: Record<string, unknown>): string | undefined => {
  if (typeof plugin["name"] !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(plugin["name"])) {
    return "its name is not made of lower-case letters, digits and -";
  }
  if (plugin["contractVersion"] !== CONTRACT_VERSION) {
    return `it is made for contract version ${String(plugin["contractVersion"])}, and this is version ${CONTRACT_VERSION}`;
  }
  if (typeof plugin["register"] !== "function") return "it has no register function";
  if (!isObject(plugin["options"]) || typeof plugin["options"]["safeParse"] !== "function") {
    return "its options are not a zod schema";
  }
  return undefined;
};

/**
 * A plugin as a module gives it: the object itself, or a module whose `plugin` or default export it is.
 * @param origin where it comes from, for the message.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
export function checkPlugin(loaded: unknown, origin: string): StrategyPlugin {
  const candidates = isObject(loaded) ? [loaded["plugin"], loaded["default"], loaded] : [];
  const plugin = candidates.find((candidate) => isObject(candidate) && "contractVersion" in candidate);
  if (!isObject(plugin)) {
    throw pluginFailed(origin, "it exports no strategy plugin", "Export it as `plugin`, made by defineStrategyPlugin.");
  }
  const wrong = flaw(plugin);
  if (wrong !== undefined) throw pluginFailed(origin, wrong, "Install a version of the plugin that fits this one.");
  return plugin as unknown as StrategyPlugin;
}

export const pluginFailed = (origin: string, reason: string, hint: string, cause?: unknown): DeploymentError =>
  new DeploymentError("PLUGIN_FAILED", `The strategy plugin ${origin} can't be used: ${reason}.`, { hint, cause });
