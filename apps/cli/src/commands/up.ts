import { appKeys, selectNamed } from "../choose-apps.js";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { type PullPolicy, withPullPolicy } from "../options/pull-policy.js";
import { deviceFields, devicesText } from "../output/files-text.js";
import { writeJson } from "../output/json-lines.js";
import { upErrors, upText } from "../output/up-text.js";
import { findPlatformWarnings, withWarnings } from "../platforms.js";
import { loadDesired } from "../project.js";
import type { SavedPlanFile } from "../schemas/saved-plan-schema.js";
import { planCommand, rejectPruneWithNames } from "./plan.js";
import { findSavedPlan } from "../saved-plan/find-saved-plan.js";
import { runOperation } from "./run-operation.js";

export interface UpCommandOptions {
  /** Names of the apps to deploy. Default: all. */
  apps?: string[];
  /** With names: deploy the apps that they depend on, too. Default true. */
  deps?: boolean;
  wait?: boolean;
  timeout?: number;
  concurrency?: number;
  strict?: boolean;
  prune?: boolean;
  adopt?: string[];
  takeOwnership?: boolean;
  refresh?: boolean;
  preflight?: boolean;
  forceUnlock?: boolean;
  rollback?: boolean;
  dryRun?: boolean;
  /** Replaces the pull policy of every app. */
  pull?: PullPolicy;
}

const withSaved = async (
  options: CommandContext<UpCommandOptions>["options"],
  saved: SavedPlanFile,
): Promise<typeof options> => (await import("../saved-plan/saved-command.js")).withSavedOptions(options, saved);

export async function upCommand(context: CommandContext<UpCommandOptions>): Promise<ExitCode> {
  const { io } = context;
  const saved = await findSavedPlan(context.options.apps ?? [], io);
  const options = saved === undefined ? context.options : await withSaved(context.options, saved);
  if (options.dryRun) return planCommand({ io, options }, saved);
  rejectPruneWithNames(options);
  const { desired: loaded, strategy } = await loadDesired(options, io);
  const desired = withPullPolicy(await selectNamed(options.apps, loaded, options), options.pull);
  const { devices = [] } = desired;
  const { up } = await import("@openfactory/deployer");
  if (options.json) for (const device of devices) writeJson(io.stdout, "device", deviceFields(device));
  const keepFailed = options.rollback === false;
  return runOperation(
    strategy,
    { io, options },
    {
      command: "up",
      consequence: keepFailed ? "keeping the changes of this run" : "reverting the changes of this run",
      run: (hooks) =>
        withWarnings(
          findPlatformWarnings(strategy, desired, { io, options, signal: hooks.signal }, { deploys: true }),
          hooks.observer,
          up(strategy, desired, {
            ...hooks,
            wait: options.wait ?? true,
            timeoutMs: options.timeout,
            concurrency: options.concurrency,
            strict: options.strict,
            prune: options.prune,
            takeOwnership: options.takeOwnership,
            adopt: appKeys(options.adopt ?? [], desired),
            refresh: options.refresh,
            preflight: options.preflight,
            forceUnlock: options.forceUnlock,
            keepFailed,
            saved,
          }),
        ),
      text: (report, width) => `${devicesText(devices)}${upText(report, width)}`,
      errors: upErrors,
    },
  );
}
