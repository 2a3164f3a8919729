import type { DependencyContainer, InjectionToken } from "tsyringe";
import type { z } from "zod";
import type { OpenFactoryServiceDeploymentStrategy } from "../strategy/strategy.js";

/** The version of the contract between strategies and what uses them. Raised only by a change that breaks plugins. */
export const CONTRACT_VERSION = 1;

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
