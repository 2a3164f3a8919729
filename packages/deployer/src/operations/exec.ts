import {
  type ExecOptions,
  type ExecResult,
  type OpenFactoryServiceDeploymentStrategy,
  requireCapability,
} from "@openfactory/deploy-core";
import { checkServices } from "./check-services.js";
import { withRedaction } from "../model/errors.js";
import type { DesiredProject } from "../model/project.js";
import { findOwnedService } from "./owned-services.js";

/**
 * Runs a command in a running instance of an app: see `CanExec`. It takes no lock, since it changes no service.
 * @param desired may have no apps, if only the project's name is known.
 * @param app the app's name.
 * @throws DeploymentError as `CanExec.exec`; `CONFLICT` if the service belongs to something else; `POLICY_VIOLATION` if a policy
 * forbids its settings.
 */
export async function exec(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  app: string,
  command: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  const strategy = withRedaction(rawStrategy, desired);
  const executing = requireCapability(strategy, "exec");
  const { name } = await findOwnedService(strategy, desired, app, options.signal);
  // The container runs already: a registry that does not answer must not prevent a look into it.
  await checkServices(strategy, [{ app, service: name }], { signatures: false, signal: options.signal });
  return executing.exec(name, command, options);
}
