import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject, ProcessOptions } from "@openfactory/deployer";
import { chooseDeployed } from "../choose-apps.js";

/** The options of commands that change deployed apps, named or all: `rollback`, `restart`, `stop` and `start`. */
export interface ChangeCommandOptions {
  apps: string[];
  wait?: boolean;
  timeout?: number;
  concurrency?: number;
  forceUnlock?: boolean;
}

/** The same as options of the deployer. @throws DeploymentError as `chooseDeployed`. */
export async function changeOptions(
  { apps, wait = true, timeout, concurrency, forceUnlock }: ChangeCommandOptions,
  desired: DesiredProject,
  strategy: OpenFactoryServiceDeploymentStrategy,
): Promise<Pick<ProcessOptions, "apps" | "wait" | "timeoutMs" | "concurrency" | "forceUnlock">> {
  const named = apps.length === 0 ? undefined : await chooseDeployed(apps, desired, strategy);
  return { apps: named?.map(({ key }) => key), wait, timeoutMs: timeout, concurrency, forceUnlock };
}
