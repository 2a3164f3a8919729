import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject, UpOptions, UpReport } from "@openfactory/deployer";
import { chooseApps } from "../choose-apps.js";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { upErrors, upText } from "../output/up-text.js";
import { loadDesired } from "../project.js";
import { runOperation } from "./run-operation.js";

export interface AdoptCommandOptions {
  apps: string[];
  wait?: boolean;
  timeout?: number;
  forceUnlock?: boolean;
}

export async function adoptCommand(context: CommandContext<AdoptCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const { desired, strategy } = await loadDesired(options, io);
  return runOperation(strategy, context, {
    command: "adopt",
    consequence: "reverting the changes of this run",
    run: async (hooks) => {
      const keys = chooseApps(options.apps, desired).map(({ key }) => key);
      return adoptApps(strategy, desired, keys, {
        ...hooks,
        wait: options.wait ?? true,
        timeoutMs: options.timeout,
        forceUnlock: options.forceUnlock,
      });
    },
    text: (report, width) =>
      report.apps.length === 0 ? `${report.project}: nothing to adopt\n` : upText(report, width),
    errors: upErrors,
  });
}

/**
 * Adopts the services of some apps. Changes no other app, and none that the project owns already.
 * @param keys the keys of the apps in the files.
 * @throws DeploymentError `NOT_FOUND` for an app without a service; and as `up`.
 */
async function adoptApps(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  keys: readonly string[],
  options: UpOptions,
): Promise<UpReport> {
  const { plan, selectApps, up } = await import("@openfactory/deployer");
  const { signal } = options;
  const only = (apps: readonly string[]): DesiredProject => selectApps(desired, apps, { dependencies: false });
  const { apps } = await plan(strategy, only(keys), { signal, adopt: keys });
  const missing = apps.find(({ action }) => action === "create");
  if (missing !== undefined) {
    const { app, service } = missing;
    throw new DeploymentError("NOT_FOUND", `The app ${app} can't be adopted: there is no service ${service}.`, {
      service,
      hint: "Run `ofdeploy up` to create it.",
    });
  }
  const foreign = apps.filter(({ action }) => action === "adopt" || action === "conflict").map(({ app }) => app);
  return up(strategy, only(foreign), { ...options, adopt: foreign });
}
