import "reflect-metadata";
import { container as rootContainer, type DependencyContainer } from "tsyringe";
import { DeploymentError } from "../errors/deployment-error.js";
import { fieldPath } from "../request/zod-issues.js";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { adoptClasses } from "./adopt-classes.js";
import { DEPLOYMENT_STRATEGY, type StrategyPlugin } from "./plugin.js";
import { isSchema, pluginFailed, type PluginKind } from "./plugin-kind.js";
import { messageOf, type PluginDescription, PluginRegistry } from "./plugin-registry.js";

/** One known platform. */
export type PlatformDescription = PluginDescription;

const STRATEGY: PluginKind = {
  kind: undefined,
  label: "strategy plugin",
  subject: "platform",
  definedBy: "defineStrategyPlugin",
  unknown: "UNKNOWN_PLATFORM",
  flaw: ({ register, options }) => {
    if (typeof register !== "function") return "it has no register function";
    return isSchema(options) ? undefined : "its options are not a zod schema";
  },
};

const REPORT = "This is a bug in the plugin; report it to its author.";

/** The strategies that are known, by name. */
export class StrategyRegistry extends PluginRegistry<StrategyPlugin> {
  readonly #container: DependencyContainer;

  /** @param container the parent of each strategy's own container: what is registered there, plugins can inject. */
  constructor(container: DependencyContainer = rootContainer) {
    super(STRATEGY);
    this.#container = container;
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
      const findings = parsed.error.issues.map(({ path, message }) =>
        [fieldPath(path), message].filter(Boolean).join(": "),
      );
      throw new DeploymentError(
        "INVALID_REQUEST",
        `The options of platform ${name} are not valid: ${findings.join("; ")}.`,
        {
          strategy: name,
          hint: "See the platform's documentation for its options.",
        },
      );
    }
    const container = adoptClasses(this.#container.createChildContainer());
    try {
      await plugin.register(container, parsed.data);
      const strategy = container.resolve(DEPLOYMENT_STRATEGY);
      if (isStrategy(strategy)) return strategy;
      throw pluginFailed(STRATEGY, name, "what it registers is not a strategy", REPORT);
    } catch (error) {
      if (DeploymentError.isInstance(error)) throw error;
      throw pluginFailed(STRATEGY, name, `it does not start: ${messageOf(error)}`, REPORT, error);
    }
  }
}

const parseOptions = (plugin: StrategyPlugin, options: unknown) => {
  try {
    return plugin.options.safeParse(options);
  } catch (error) {
    throw pluginFailed(STRATEGY, plugin.name, `its options schema throws: ${messageOf(error)}`, REPORT, error);
  }
};

/** By what it has, not by its class: the plugin may have a copy of this package of its own. */
const isStrategy = (value: OpenFactoryServiceDeploymentStrategy): boolean =>
  typeof value?.deploy === "function" &&
  typeof value.remove === "function" &&
  Array.isArray(value.manifest?.capabilities);
