import { homedir } from "node:os";
import type { DependencyContainer, InjectionToken } from "tsyringe";

/** Environment variables, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The token of the environment that a strategy reads: see {@link environmentOf}. Copies of this package share it. */
const ENVIRONMENT: InjectionToken<Environment> = Symbol.for("openfactory.deploy.environment");

export const registerEnvironment = (container: DependencyContainer, env: Environment): void => {
  container.register(ENVIRONMENT, { useValue: env });
};

/** The home directory of the user whose environment this is. */
export const homeDirectory = (env: Environment): string => env["HOME"] || env["USERPROFILE"] || homedir();

/**
 * The environment that a strategy reads, such as `DOCKER_HOST` and `DOCKER_CONFIG`, for `register` of a plugin. A program that
 * runs the command with another environment passes it to the {@link StrategyRegistry}. Default: `process.env`.
 */
export const environmentOf = (container: DependencyContainer): Environment =>
  container.isRegistered(ENVIRONMENT, true) ? container.resolve(ENVIRONMENT) : process.env;
