import { DeploymentError } from "../errors/deployment-error.js";
import { loadInTime } from "./load-in-time.js";
import { type AnyPlugin, checkPlugin, pluginFailed, type PluginKind } from "./plugin-kind.js";

/** A plugin that is known by name and not loaded yet. */
export interface PluginDeclaration {
  name: string;
  /** Where it comes from, for messages: a package's name, a path. */
  origin: string;
  load: () => Promise<unknown>;
}

/** One known plugin. */
export interface PluginDescription {
  name: string;
  origin: string;
  description?: string;
  /** Why it can't be used. */
  error?: DeploymentError;
}

const REPORT = "This is a bug in the plugin; report it to its author.";

/**
 * The plugins of one kind, by name. Plugins are declared first and loaded when asked for, so that one that is broken, or
 * slow to load, costs the others nothing.
 */
export class PluginRegistry<Plugin extends AnyPlugin> {
  readonly #declared = new Map<string, PluginDeclaration[]>();
  readonly #loaded = new Map<string, Promise<Plugin>>();
  readonly #kind: PluginKind;

  constructor(kind: PluginKind) {
    this.#kind = kind;
  }

  /** Adds a plugin that is loaded already. @throws DeploymentError `PLUGIN_FAILED`. */
  register(plugin: unknown, origin = "registered in code"): void {
    const checked = checkPlugin<Plugin>(plugin, origin, this.#kind);
    this.declare({ name: checked.name, origin, load: async () => checked });
  }

  /** Adds a plugin by name. Two with one name are both refused, when that name is asked for. */
  declare(declaration: PluginDeclaration): void {
    this.#declared.set(declaration.name, [...(this.#declared.get(declaration.name) ?? []), declaration]);
    this.#loaded.delete(declaration.name);
  }

  /** The known names, sorted. */
  names(): string[] {
    return [...this.#declared.keys()].sort();
  }

  /** Loads every plugin, and says of each what it is or what is wrong with it. */
  async describe(): Promise<PluginDescription[]> {
    return Promise.all(
      this.names().map(async (name): Promise<PluginDescription> => {
        const origin = (this.#declared.get(name) ?? []).map((declaration) => declaration.origin).join(", ");
        try {
          return { name, origin, description: (await this.plugin(name)).description };
        } catch (error) {
          if (DeploymentError.isInstance(error)) return { name, origin, error };
          throw error;
        }
      }),
    );
  }

  /** @throws DeploymentError the kind's code for an unknown name, `CONFLICT` (two plugins of that name), `PLUGIN_FAILED`. */
  plugin(name: string): Promise<Plugin> {
    const loaded = this.#loaded.get(name) ?? this.#load(name);
    this.#loaded.set(name, loaded);
    return loaded;
  }

  async #load(name: string): Promise<Plugin> {
    const { subject, unknown } = this.#kind;
    const [declaration, rival] = this.#declared.get(name) ?? [];
    if (declaration === undefined) {
      const known = this.names().join(", ") || "none";
      throw new DeploymentError(unknown, `There is no ${subject} ${name}; known are: ${known}.`, {
        hint: `Correct the name, or install the package that adds the ${subject}.`,
      });
    }
    const { origin } = declaration;
    if (rival !== undefined) {
      throw new DeploymentError(
        "CONFLICT",
        `Two plugins claim the ${subject} ${name}: ${origin} and ${rival.origin}.`,
        {
          hint: "Remove one of the two.",
        },
      );
    }
    let loaded: unknown;
    try {
      loaded = await loadInTime(origin, declaration.load, this.#kind.label);
    } catch (error) {
      if (DeploymentError.isInstance(error)) throw error;
      const hint = "Reinstall the plugin, or report the error to its author.";
      throw pluginFailed(this.#kind, origin, `it throws while loading: ${messageOf(error)}`, hint, error);
    }
    const plugin = checkPlugin<Plugin>(loaded, origin, this.#kind);
    if (plugin.name === name) return plugin;
    throw pluginFailed(this.#kind, origin, `it is declared as ${name} and calls itself ${plugin.name}`, REPORT);
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
