import { guardStrategy, type OpenFactoryServiceDeploymentStrategy, Redactor } from "@openfactory/deploy-core";
import type { DesiredProject } from "@openfactory/deployer";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { openStrategy } from "./open-strategy.js";

/**
 * The strategy for a command that uses it without the deployer, with the project's secrets masked in all that it says but
 * the lines of logs.
 * @throws DeploymentError as `openStrategy`.
 */
export async function guardedStrategy(
  options: GlobalOptions,
  io: Io,
  project: DesiredProject | undefined,
): Promise<OpenFactoryServiceDeploymentStrategy> {
  const strategy = await openStrategy(options, io);
  if (project === undefined) return guardStrategy(strategy, new Redactor());
  const { redactorOf } = await import("@openfactory/deployer");
  return guardStrategy(strategy, redactorOf(project));
}
