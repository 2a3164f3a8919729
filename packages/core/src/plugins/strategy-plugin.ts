import "reflect-metadata";
import { container as rootContainer, type DependencyContainer, injectable, type InjectionToken } from "tsyringe";
import type { z } from "zod";
import { DeploymentError } from "../errors.js";
import { formatFieldPath } from "../request/field-path.js";
import { withReadableManifest } from "../strategy/read-manifest.js";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";
import { parseContractRange } from "./contract-version.js";
import { type Environment, registerEnvironment } from "./environment.js";
import { adaptOlderPlugin } from "./older-plugin.js";
import { isSchema, messageOf, pluginFailed, type PluginKind, PluginRegistry, REPORT_BUG } from "./plugin-registry.js";

/** The token under which a plugin registers its strategy. Copies of this package share it. */
export const DEPLOYMENT_STRATEGY: InjectionToken<OpenFactoryServiceDeploymentStrategy> =
  Symbol.for("openfactory.deploy.strategy");

/**
 * The export of a package that adds a strategy. A plugin is data and one function; loading its module runs no other code.
 * @typeParam Options the strategy's options after validation.
 */
export interface StrategyPlugin<Options = unknown> {
  /** The platform's name, as in `--platform`: lowercase letters, digits and `-`. */
  readonly name: string;
  /** The version of the contract that the plugin was built for, such as `1.0`, or a range such as `1.0 - 1.2`. */
  readonly contractVersion: string | number;
  /** One line for `ofdeploy platforms`. */
  readonly description: string;
  /** Schema of the options that {@link register} receives. */
  readonly options: z.ZodType<Options>;
  /** Registers {@link DEPLOYMENT_STRATEGY} and its dependencies in a separate container. */
  register(container: DependencyContainer, options: Options): void | Promise<void>;
}

/** Returns the plugin with its types. */
export const defineStrategyPlugin = <Options>(plugin: StrategyPlugin<Options>): StrategyPlugin<Options> => plugin;

const STRATEGY: PluginKind = {
  kind: undefined,
  label: "strategy plugin",
  subject: "platform",
  definedBy: "defineStrategyPlugin",
  unknownCode: "UNKNOWN_PLATFORM",
  findProblem: ({ register, options }) => {
    if (typeof register !== "function") return "it has no register function";
    return isSchema(options) ? undefined : "its options are not a zod schema";
  },
};

/** The known strategies, by name of the platform. */
export class StrategyRegistry extends PluginRegistry<StrategyPlugin> {
  readonly #container: DependencyContainer;
  readonly #env: Environment | undefined;

  /**
   * @param container the parent of each strategy's container. Plugins can inject its registrations.
   * @param options.env the environment of the strategies: see {@link environmentOf}. Default: that of the container, else
   * `process.env`.
   */
  constructor(container: DependencyContainer = rootContainer, { env }: { env?: Environment } = {}) {
    super(STRATEGY);
    this.#container = container;
    this.#env = env;
  }

  /**
   * Creates the strategy of a platform in a separate container.
   * @param options validated by the plugin's schema.
   * @throws DeploymentError as {@link plugin}; `INVALID_REQUEST` for invalid options.
   */
  async create(name: string, options: unknown = {}): Promise<OpenFactoryServiceDeploymentStrategy> {
    const plugin = await this.plugin(name);
    const parsed = parseOptions(plugin, options);
    if (!parsed.success) {
      const problems = parsed.error.issues.map((issue) =>
        issue.code === "unrecognized_keys"
          ? `unknown option ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`
          : [formatFieldPath(issue.path), issue.message.replace(/^Invalid input: /, "")].filter(Boolean).join(": "),
      );
      throw new DeploymentError("INVALID_REQUEST", `Invalid options for platform ${name}: ${problems.join("; ")}.`, {
        strategy: name,
        hint: `Correct these options; the documentation of platform ${name} describes them.`,
      });
    }
    const container = acceptForeignClasses(this.#container.createChildContainer());
    if (this.#env !== undefined) registerEnvironment(container, this.#env);
    try {
      await plugin.register(container, parsed.data);
      const strategy = container.resolve(DEPLOYMENT_STRATEGY);
      const knows = parseContractRange(plugin.contractVersion)?.to;
      if (isStrategy(strategy) && knows !== undefined) return adaptOlderPlugin(withReadableManifest(strategy), knows);
      throw pluginFailed(STRATEGY, name, "it registers a value that is not a strategy", REPORT_BUG);
    } catch (error) {
      if (DeploymentError.isInstance(error)) throw error;
      throw pluginFailed(STRATEGY, name, `it failed to start: ${messageOf(error)}`, REPORT_BUG, error);
    }
  }
}

const parseOptions = (plugin: StrategyPlugin, options: unknown) => {
  try {
    return plugin.options.safeParse(options);
  } catch (error) {
    throw pluginFailed(STRATEGY, plugin.name, `its options schema failed: ${messageOf(error)}`, REPORT_BUG, error);
  }
};

/** Checks the methods and not the class, since the plugin may bring its own copy of this package. */
const isStrategy = (value: OpenFactoryServiceDeploymentStrategy): boolean =>
  typeof value?.deploy === "function" &&
  typeof value.remove === "function" &&
  Array.isArray(value.manifest?.capabilities);

type Class = new (...parameters: never[]) => object;

const isClass = (value: unknown): value is Class => typeof value === "function";

/** Metadata of a decorated class: the types of its constructor's parameters, and their injection tokens. */
const METADATA_KEYS = ["design:paramtypes", "injectionTokens"] as const;

/**
 * Makes a container accept classes that another copy of tsyringe has decorated. Each copy keeps a private map of its decorated
 * classes, but all copies share the metadata, from which this function decorates the classes again.
 */
export function acceptForeignClasses(container: DependencyContainer): DependencyContainer {
  const register = container.register.bind(container) as (...args: unknown[]) => DependencyContainer;
  container.register = (token: unknown, provider: unknown, ...options: unknown[]) => {
    const visited = new Set<unknown>();
    decorateAgain(provider, visited);
    decorateAgain((provider as { useClass?: unknown } | undefined)?.useClass, visited);
    return register(token, provider, ...options);
  };
  return container;
}

/** Decorates a class and those of its constructor's parameters. */
function decorateAgain(value: unknown, visited: Set<unknown>): void {
  if (!isClass(value) || visited.has(value) || !METADATA_KEYS.some((key) => Reflect.hasOwnMetadata(key, value))) return;
  visited.add(value);
  injectable()(value);
  const parameters: unknown[] = Reflect.getOwnMetadata("design:paramtypes", value) ?? [];
  for (const parameter of parameters) decorateAgain(parameter, visited);
}
