import "reflect-metadata";
import { container as rootContainer, type DependencyContainer, injectable, type InjectionToken } from "tsyringe";
import type { z } from "zod";
import { DeploymentError } from "../errors.js";
import { fieldPath } from "../request/parse-request.js";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import {
  isSchema,
  messageOf,
  type PluginDescription,
  pluginFailed,
  type PluginKind,
  PluginRegistry,
} from "./plugin-registry.js";

/** The token under which a plugin registers its strategy. The same across copies of this package. */
export const DEPLOYMENT_STRATEGY: InjectionToken<OpenFactoryServiceDeploymentStrategy> =
  Symbol.for("openfactory.deploy.strategy");

/**
 * What a package exports to add a strategy. A plugin is data and one function; nothing runs while it loads.
 * @typeParam Options the strategy's options after validation.
 */
export interface StrategyPlugin<Options = unknown> {
  /** The platform's name, as in `--platform`: lower-case letters, digits and `-`. */
  readonly name: string;
  /** {@link CONTRACT_VERSION} of the core it was built with. */
  readonly contractVersion: number;
  /** One line for `ofdeploy platforms`. */
  readonly description: string;
  /** Schema of the options that {@link register} takes. */
  readonly options: z.ZodType<Options>;
  /** Registers what it provides in a container of its own: {@link DEPLOYMENT_STRATEGY} and whatever that needs. */
  register(container: DependencyContainer, options: Options): void | Promise<void>;
}

/** Gives a plugin its types. */
export const defineStrategyPlugin = <Options>(plugin: StrategyPlugin<Options>): StrategyPlugin<Options> => plugin;

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

type Class = new (...parameters: never[]) => object;

const isClass = (value: unknown): value is Class => typeof value === "function";

/** What decorators note of a class: the types of its constructor's parameters, and the tokens that stand for them. */
const NOTES = ["design:paramtypes", "injectionTokens"] as const;

/**
 * Makes a container take classes whose decorators belong to another copy of tsyringe: each copy remembers the classes it
 * decorated where no other looks, but the metadata that it read is shared by all.
 */
export function adoptClasses(container: DependencyContainer): DependencyContainer {
  const register = container.register.bind(container) as (...given: unknown[]) => DependencyContainer;
  container.register = (token: unknown, provider: unknown, ...options: unknown[]) => {
    const adopted = new Set<unknown>();
    adopt(provider, adopted);
    adopt((provider as { useClass?: unknown } | undefined)?.useClass, adopted);
    return register(token, provider, ...options);
  };
  return container;
}

/** A class, and those that it is made with. */
function adopt(value: unknown, adopted: Set<unknown>): void {
  if (!isClass(value) || adopted.has(value) || !NOTES.some((note) => Reflect.hasOwnMetadata(note, value))) return;
  adopted.add(value);
  injectable()(value);
  const parameters: unknown[] = Reflect.getOwnMetadata("design:paramtypes", value) ?? [];
  for (const parameter of parameters) adopt(parameter, adopted);
}
