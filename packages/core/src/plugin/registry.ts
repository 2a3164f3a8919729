import "reflect-metadata";
import { container as rootContainer, type DependencyContainer } from "tsyringe";
import { DeploymentError } from "../errors/deployment-error.js";
import { fieldPath } from "../request/zod-issues.js";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { adoptClasses } from "./adopt-classes.js";
import { checkPlugin, pluginFailed } from "./check-plugin.js";
import { loadInTime } from "./load-in-time.js";
import { DEPLOYMENT_STRATEGY, type StrategyPlugin } from "./plugin.js";

/** A plugin that is known by name and not loaded yet. */
export interface PluginDeclaration {
  name: string;
  /** Where it comes from, for messages: a package's name, a path. */
  origin: string;
  load: () => Promise<unknown>;
}

/** One known platform. */
export interface PlatformDescription {
  name: string;
  origin: string;
  description?: string;
  /** Why it can't be used. */
  error?: DeploymentError;
}

/**
 * The strategies that are known, by name. Plugins are declared first and loaded when asked for, so that one that is
 * broken, or slow to load, costs the others nothing.
 */
export class StrategyRegistry {
  readonly #declared = new Map<string, PluginDeclaration[]>();
  readonly #loaded = new Map<string, Promise<StrategyPlugin>>();
  readonly #container: DependencyContainer;

  /** @param container the parent of each strategy's own container: what is registered there, plugins can inject. */
  constructor(container: DependencyContainer = rootContainer) {
    this.#container = container;
  }

  /** Adds a plugin that is loaded already. @throws DeploymentError `PLUGIN_FAILED`. */
  register(plugin: unknown, origin = "registered in code"): void {
    const checked = checkPlugin(plugin, origin);
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
  async describe(): Promise<PlatformDescription[]> {
    return Promise.all(
      this.names().map(async (name): Promise<PlatformDescription> => {
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

  /** @throws DeploymentError `UNKNOWN_PLATFORM`, `CONFLICT` (two plugins of that name), `PLUGIN_FAILED`. */
  plugin(name: string): Promise<StrategyPlugin> {
    const loaded = this.#loaded.get(name) ?? this.#load(name);
    this.#loaded.set(name, loaded);
    return loaded;
  }

  /**
   * Makes the strategy of that name, in a container of its own.
   * @param options checked by the plugin's schema.
   * @throws DeploymentError as {@link plugin}; `INVALID_REQUEST` for options that do not fit.
   */
  async create(name: string, options: unknown = {}): Promise<OpenFactoryServiceDeploymentStrategy> {
    const plugin = await this.plugin(name);
    const parsed = parseOptions(plugin, options);
    if (!parsed.success) {
      const findings = parsed.error.issues.map(({ path, message }) => [fieldPath(path), message].filter(Boolean).join(": "));
      throw new DeploymentError("INVALID_REQUEST", `The options of platform ${name} are not valid: ${findings.join("; ")}.`, {
        strategy: name,
        hint: "See the platform's documentation for its options.",
      });
    }
    const container = adoptClasses(this.#container.createChildContainer());
    try {
      await plugin.register(container, parsed.data);
      const strategy = container.resolve(DEPLOYMENT_STRATEGY);
      if (isStrategy(strategy)) return strategy;
      throw pluginFailed(name, "what it registers is not a strategy", "Tell its author.");
    } catch (error) {
      if (DeploymentError.isInstance(error)) throw error;
      throw pluginFailed(name, `it does not start: ${messageOf(error)}`, "Tell its author.", error);
    }
  }

  async #load(name: string): Promise<StrategyPlugin> {
    const [declaration, rival] = this.#declared.get(name) ?? [];
    if (declaration === undefined) {
      const known = this.names().join(", ") || "none";
      throw new DeploymentError("UNKNOWN_PLATFORM", `There is no platform ${name}; known are: ${known}.`, {
        hint: "Correct the name, or install the package that adds the platform.",
      });
    }
    const { origin } = declaration;
    if (rival !== undefined) {
      throw new DeploymentError("CONFLICT", `Two plugins claim the platform ${name}: ${origin} and ${rival.origin}.`, {
        hint: "Remove one of the two.",
      });
    }
    let loaded: unknown;
    try {
      loaded = await loadInTime(origin, declaration.load);
    } catch (error) {
      if (DeploymentError.isInstance(error)) throw error;
      throw pluginFailed(origin, `it throws while loading: ${messageOf(error)}`, "Install it anew, or tell its author.", error);
    }
    const plugin = checkPlugin(loaded, origin);
    if (plugin.name === name) return plugin;
    throw pluginFailed(origin, `it is declared as ${name} and calls itself ${plugin.name}`, "Tell its author.");
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message.split("\n")[0] ?? "" : String(error));

const parseOptions = (plugin: StrategyPlugin, options: unknown) => {
  try {
    return plugin.options.safeParse(options);
  } catch (error) {
    throw pluginFailed(plugin.name, `its options schema throws: ${messageOf(error)}`, "Tell its author.", error);
  }
};

/** By what it has, not by its class: the plugin may have a copy of this package of its own. */
const isStrategy = (value: OpenFactoryServiceDeploymentStrategy): boolean =>
  typeof value?.deploy === "function" && typeof value.remove === "function" && Array.isArray(value.manifest?.capabilities);
