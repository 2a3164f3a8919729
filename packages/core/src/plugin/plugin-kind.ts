import { DeploymentError } from "../errors/deployment-error.js";
import type { ErrorCode } from "../errors/error-code.js";
import { CONTRACT_VERSION } from "./plugin.js";

/** What every plugin has, whatever it adds. */
export interface AnyPlugin {
  readonly name: string;
  readonly contractVersion: number;
  readonly description: string;
}

/** One kind of plugin: how it is recognized, and the words for it in messages. */
export interface PluginKind {
  /** The value of the plugin's `kind`. A strategy has none. */
  readonly kind: string | undefined;
  /** Such as `strategy plugin`. */
  readonly label: string;
  /** What its name names, such as `platform`. */
  readonly subject: string;
  /** The function that makes it, as in `defineStrategyPlugin`. */
  readonly definedBy: string;
  /** Code of the error for a name that is not known. */
  readonly unknown: ErrorCode;
  /** What is wrong with a plugin of this kind beyond its name and version. */
  flaw(plugin: Readonly<Record<string, unknown>>): string | undefined;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Whether a value can be used as a zod schema, whichever copy of zod made it. */
export const isSchema = (value: unknown): boolean => isObject(value) && typeof value["safeParse"] === "function";

/** The plugins of all kinds that a module exports, or the plugin itself: each once, `plugin` and `default` first. */
export function exportedPlugins(loaded: unknown): Record<string, unknown>[] {
  if (!isObject(loaded)) return [];
  const candidates = [loaded["plugin"], loaded["default"], loaded, ...Object.values(loaded)];
  return [...new Set(candidates.filter(isObject))].filter((candidate) => "contractVersion" in candidate);
}

/**
 * The plugin of a kind that a module exports, or the plugin itself.
 * @param origin where it comes from, for the message.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
export function checkPlugin<Plugin extends AnyPlugin>(loaded: unknown, origin: string, kind: PluginKind): Plugin {
  const plugin = exportedPlugins(loaded).find((candidate) => candidate["kind"] === kind.kind);
  if (plugin === undefined) {
    throw pluginFailed(
      kind,
      origin,
      `it exports no ${kind.label}`,
      `Export it as \`plugin\`, made by ${kind.definedBy}.`,
    );
  }
  const wrong = commonFlaw(plugin) ?? kind.flaw(plugin);
  if (wrong !== undefined)
    throw pluginFailed(kind, origin, wrong, "Install a version of the plugin that fits this one.");
  return plugin as unknown as Plugin;
}

const commonFlaw = ({ name, contractVersion }: Readonly<Record<string, unknown>>): string | undefined => {
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    return "its name is not made of lower-case letters, digits and -";
  }
  if (contractVersion === CONTRACT_VERSION) return undefined;
  return `it is made for contract version ${String(contractVersion)}, and this is version ${CONTRACT_VERSION}`;
};

export const pluginFailed = (
  { label }: Pick<PluginKind, "label">,
  origin: string,
  reason: string,
  hint: string,
  cause?: unknown,
): DeploymentError =>
  new DeploymentError("PLUGIN_FAILED", `The ${label} ${origin} can't be used: ${reason}.`, { hint, cause });
