import { DeploymentError, type ErrorCode } from "../errors.js";
import { whileWaiting } from "../waits.js";
import { contractProblem, formatContractRange, parseContractRange } from "./contract-version.js";

/** The fields that plugins of all kinds have. */
export interface AnyPlugin {
  readonly name: string;
  /**
   * The version of the contract that the plugin was built for, as a literal: `1.2`, or with the earliest one that it works
   * with `1.0 - 1.2`. A number is a major version, with the minor version 0.
   */
  readonly contractVersion: string | number;
  readonly description: string;
}

/** A kind of plugin: how to recognize it, and its names in messages. */
export interface PluginKind {
  /** The value of the plugin's `kind`. Undefined for strategies. */
  readonly kind: string | undefined;
  /** Such as `strategy plugin`. */
  readonly label: string;
  /** The noun for the plugin's name, such as `platform`. */
  readonly subject: string;
  /** The function that creates the plugin, such as `defineStrategyPlugin`. */
  readonly definedBy: string;
  /** The code of the error for an unknown name. */
  readonly unknownCode: ErrorCode;
  /** The problem of a malformed plugin, as a clause; undefined if there is none. Name and version are checked already. */
  findProblem(plugin: Readonly<Record<string, unknown>>): string | undefined;
}

/** A plugin that is known by name and not loaded yet. */
export interface PluginDeclaration {
  name: string;
  /** The package or the path of the plugin, for messages. */
  origin: string;
  load: () => Promise<unknown>;
}

/** A known plugin. */
export interface PluginDescription {
  name: string;
  origin: string;
  description?: string;
  /** The version of the contract that it was built for, or the range of versions: `1.2`, `1.0 - 1.2`. */
  contractVersion?: string;
  /** Why it can't be used. */
  error?: DeploymentError;
}

export const REPORT_BUG = "This is a bug in the plugin; report it to the plugin's author.";

/**
 * The plugins of one kind, by name. Plugins are declared first and loaded on first use, so that a broken or slow plugin
 * doesn't affect the others.
 */
export class PluginRegistry<Plugin extends AnyPlugin> {
  readonly #declared = new Map<string, PluginDeclaration[]>();
  readonly #loaded = new Map<string, Promise<Plugin>>();
  readonly #kind: PluginKind;

  constructor(kind: PluginKind) {
    this.#kind = kind;
  }

  /** Adds a loaded plugin. @throws DeploymentError `PLUGIN_FAILED`. */
  register(plugin: unknown, origin = "registered in code"): void {
    const checked = findPlugin<Plugin>(plugin, origin, this.#kind);
    this.declare({ name: checked.name, origin, load: async () => checked });
  }

  /** Adds a plugin by name. Using a name that two plugins declare is an error. */
  declare(declaration: PluginDeclaration): void {
    this.#declared.set(declaration.name, [...(this.#declared.get(declaration.name) ?? []), declaration]);
    this.#loaded.delete(declaration.name);
  }

  /** The known names, sorted. */
  names(): string[] {
    return [...this.#declared.keys()].sort();
  }

  /** Loads all plugins, and returns the description of each, or the error of one that can't be used. */
  async describe(): Promise<PluginDescription[]> {
    return Promise.all(
      this.names().map(async (name): Promise<PluginDescription> => {
        const origin = (this.#declared.get(name) ?? []).map((declaration) => declaration.origin).join(", ");
        try {
          const { description, contractVersion } = await this.plugin(name);
          const range = parseContractRange(contractVersion);
          return { name, origin, description, ...(range && { contractVersion: formatContractRange(range) }) };
        } catch (error) {
          if (DeploymentError.isInstance(error)) return { name, origin, error };
          throw error;
        }
      }),
    );
  }

  /** @throws DeploymentError the kind's code for an unknown name, `CONFLICT` (two plugins with this name), `PLUGIN_FAILED`. */
  plugin(name: string): Promise<Plugin> {
    const loaded = this.#loaded.get(name) ?? this.#load(name);
    this.#loaded.set(name, loaded);
    return loaded;
  }

  async #load(name: string): Promise<Plugin> {
    const { subject, label, unknownCode } = this.#kind;
    const [declaration, other] = this.#declared.get(name) ?? [];
    if (declaration === undefined) {
      const known = this.names().join(", ") || "none";
      throw new DeploymentError(unknownCode, `Unknown ${subject} ${name}. Known ${subject}s: ${known}.`, {
        hint: `Correct the name, or install the package that provides the ${subject}.`,
      });
    }
    const { origin } = declaration;
    if (other !== undefined) {
      const message = `Two plugins provide the ${subject} ${name}: ${origin} and ${other.origin}.`;
      throw new DeploymentError("CONFLICT", message, { hint: "Remove one of these plugins." });
    }
    let loaded: unknown;
    try {
      loaded = await loadWithTimeout(origin, declaration.load, label);
    } catch (error) {
      if (DeploymentError.isInstance(error)) throw error;
      const hint = "Reinstall the plugin, or report the error to the plugin's author.";
      throw pluginFailed(this.#kind, origin, `it failed to load: ${messageOf(error)}`, hint, error);
    }
    const plugin = findPlugin<Plugin>(loaded, origin, this.#kind);
    if (plugin.name === name) return plugin;
    throw pluginFailed(this.#kind, origin, `it is declared as ${name}, but its name is ${plugin.name}`, REPORT_BUG);
  }
}

/** The plugins of all kinds that a module exports, or the plugin itself: each once, `plugin` and `default` first. */
export function exportedPlugins(loaded: unknown): Record<string, unknown>[] {
  if (!isObject(loaded)) return [];
  const candidates = [loaded["plugin"], loaded["default"], loaded, ...Object.values(loaded)];
  return [...new Set(candidates.filter(isObject))].filter((candidate) => "contractVersion" in candidate);
}

/**
 * The plugin of a kind among the exports of a module, or the plugin itself.
 * @param origin the package or the path of the plugin, for the message.
 * @throws DeploymentError `PLUGIN_FAILED`.
 */
function findPlugin<Plugin extends AnyPlugin>(loaded: unknown, origin: string, kind: PluginKind): Plugin {
  const plugin = exportedPlugins(loaded).find((candidate) => candidate["kind"] === kind.kind);
  if (plugin === undefined) {
    const hint = `Export a ${kind.label} as \`plugin\`, created with ${kind.definedBy}.`;
    throw pluginFailed(kind, origin, `it exports no ${kind.label}`, hint);
  }
  const { name, contractVersion } = plugin;
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    throw pluginFailed(kind, origin, "its name must consist of lowercase letters, digits and -", REPORT_BUG);
  }
  const mismatch = contractProblem(contractVersion);
  if (mismatch !== undefined) throw pluginFailed(kind, origin, mismatch.problem, mismatch.hint);
  const problem = kind.findProblem(plugin);
  if (problem !== undefined) throw pluginFailed(kind, origin, problem, REPORT_BUG);
  return plugin as unknown as Plugin;
}

/** The time limit for loading a plugin, in milliseconds. */
export const LOAD_TIMEOUT_MS = 15_000;

/**
 * Loads a plugin's module with a time limit. A module that waits forever would otherwise end the process without a message,
 * since nothing else keeps the process alive.
 * @param label the kind of plugin, for the message.
 * @throws DeploymentError `PLUGIN_FAILED` at the time limit; any error of `load`.
 */
export async function loadWithTimeout(
  origin: string,
  load: () => Promise<unknown>,
  label = "strategy plugin",
): Promise<unknown> {
  const hint = "The plugin's module must not block while loading; report this to the plugin's author.";
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const problem = `it did not load within ${LOAD_TIMEOUT_MS / 1000} s`;
    timer = setTimeout(() => reject(pluginFailed({ label }, origin, problem, hint)), LOAD_TIMEOUT_MS);
  });
  try {
    const wait = { subject: `the ${label} ${origin}`, action: "load", level: "call" } as const;
    return await whileWaiting(wait, () => Promise.race([load(), timeout]));
  } finally {
    clearTimeout(timer);
  }
}

export const pluginFailed = (
  { label }: Pick<PluginKind, "label">,
  origin: string,
  reason: string,
  hint: string,
  cause?: unknown,
): DeploymentError =>
  new DeploymentError("PLUGIN_FAILED", `The ${label} ${origin} can't be used: ${reason}.`, { hint, cause });

export const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

/** Whether a value can be used as a zod schema, of any copy of zod. */
export const isSchema = (value: unknown): boolean => isObject(value) && typeof value["safeParse"] === "function";
