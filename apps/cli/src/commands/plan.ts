import { DeploymentError, type StrategyManifest } from "@openfactory/deploy-core";
import type { Plan, PlanOptions, ProjectWarning, SavedPlan } from "@openfactory/deployer";
import { appKeys, selectNamed } from "../choose-apps.js";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import type { CommandContext } from "../options/context.js";
import { type PullPolicy, withPullPolicy } from "../options/pull-policy.js";
import { deviceFields, devicesText } from "../output/files-text.js";
import { stripControlChars, styleFor } from "../output/format.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { errorTexts, printWarnings } from "../output/messages.js";
import { planText } from "../output/plan-text.js";
import { findPlatformWarnings } from "../platforms.js";
import { loadDesired } from "../project.js";
import { checkBeforeSaving, checkPlanName, savedText, savePlan } from "./save-plan.js";
import { checkPlanOutputs, type PlanOutputOptions, writeFailure, writePlanFiles } from "./plan-outputs.js";

export interface PlanCommandOptions extends PlanOutputOptions {
  /** Names of the apps to plan. Default: all. */
  apps?: string[];
  /** With names: plan the apps that they depend on, too. Default true. */
  deps?: boolean;
  prune?: boolean;
  adopt?: string[];
  takeOwnership?: boolean;
  refresh?: boolean;
  dryRun?: boolean;
  preflight?: boolean;
  strict?: boolean;
  showEnv?: boolean;
  /** Of `up --dry-run`: replaces the pull policy of every app. */
  pull?: PullPolicy;
  /** The file to save the plan in, for `up`. */
  out?: string;
}

/**
 * Shows what `up` would change. Exits with 0 without changes, 2 with changes, 5 with conflicts.
 * @param saved a saved plan, which is compared with a new one.
 */
export async function planCommand(context: CommandContext<PlanCommandOptions>, saved?: SavedPlan): Promise<ExitCode> {
  rejectPruneWithNames(context.options);
  checkPlanOutputs(context.options);
  await checkBeforeSaving(context);
  let project = context.options.project;
  try {
    const loaded = await loadDesired(context.options, context.io);
    project = loaded.desired.project;
    return await planLoaded(loaded, context, saved);
  } catch (error) {
    await writeFailure(error, project, context);
    throw error;
  }
}

async function planLoaded(
  { desired: loaded, strategy }: Awaited<ReturnType<typeof loadDesired>>,
  context: CommandContext<PlanCommandOptions>,
  saved: SavedPlan | undefined,
): Promise<ExitCode> {
  const { io, options } = context;
  const desired = withPullPolicy(await selectNamed(options.apps, loaded, options), options.pull);
  const { devices = [] } = desired;
  const { plan, planSaved, planToSave } = await import("@openfactory/deployer");
  const interrupt = listenForInterrupt(io);
  try {
    checkPlanName(options.out, loaded);
    const { signal } = interrupt;
    io.recorder?.mark("plan");
    const platformWarnings = findPlatformWarnings(strategy, desired, { io, options, signal }, { deploys: true });
    const planOptions: PlanOptions = {
      signal,
      prune: options.prune,
      takeOwnership: options.takeOwnership,
      // `up --dry-run` observes the same state as `up` with the same options.
      ...(options.dryRun && { refresh: options.refresh ?? false }),
      adopt: appKeys(options.adopt ?? [], desired),
      strict: options.strict,
      showEnv: options.showEnv,
      preflight: options.preflight,
      // The page shows the nodes of instances.
      instances: options.html !== undefined,
    };
    const toSave = options.out === undefined ? undefined : await planToSave(strategy, desired, planOptions);
    const compared =
      toSave?.plan ??
      (await (saved === undefined
        ? plan(strategy, desired, planOptions)
        : planSaved(strategy, desired, saved, planOptions)));
    const planned = {
      ...compared,
      warnings: [
        ...compared.warnings,
        ...(toSave || saved ? [] : needsRefresh(compared, options, strategy.manifest)),
        ...(await platformWarnings),
      ],
    };
    io.recorder?.mark("finish");
    await writePlanFiles(planned, desired, context);
    const conflict = conflictOf(planned);
    const file = toSave && conflict === undefined ? await savePlan(toSave.saved, context) : undefined;
    const exitCode = conflict !== undefined ? EXIT.conflict : planned.hasChanges ? EXIT.changes : EXIT.ok;
    if (options.json) {
      const { project, platform, hasChanges } = planned;
      writeJson(io.stdout, "plan", planned);
      for (const device of devices) writeJson(io.stdout, "device", deviceFields(device));
      writeResult(io, {
        command: "plan",
        ok: conflict === undefined,
        exitCode,
        project,
        platform,
        hasChanges,
        file,
        error: conflict,
      });
      return exitCode;
    }
    if (options.quiet && !options.markdown) {
      for (const { app } of planned.apps.filter(({ action }) => action !== "unchanged" && action !== "conflict"))
        io.stdout.write(`${stripControlChars(app)}\n`);
      if (conflict !== undefined) io.stderr.write(errorTexts([conflict], styleFor(io.stderr, io), options));
      return exitCode;
    }
    // The plan lists the orphans.
    const warnings = planned.warnings.filter(({ code }) => code !== "ORPHAN");
    printWarnings(warnings, planned.apps, options, io);
    if (options.out !== undefined) io.stderr.write(savedText(options.out, file !== undefined));
    if (options.markdown) {
      const { planMarkdown } = await import("../output/plan-markdown.js");
      io.stdout.write(planMarkdown(planned));
      return exitCode;
    }
    const width = io.stdout.isTTY ? io.stdout.columns : undefined;
    io.stdout.write(devicesText(devices));
    io.stdout.write(planText(planned, { style: styleFor(io.stdout, io), width, verbose: options.verbose ?? false }));
    return exitCode;
  } finally {
    interrupt.stop();
    await strategy.close();
  }
}

/** @throws UsageError for `--prune` with names of apps: orphans are services without an app. */
export function rejectPruneWithNames({ apps = [], prune }: Pick<PlanCommandOptions, "apps" | "prune">): void {
  if (!prune || apps.length === 0) return;
  throw new UsageError(
    "--prune can't be combined with names of apps.",
    "Remove the names to prune the whole project, or remove --prune.",
  );
}

/** `plan` inspects every service. `up` does so only with `--refresh`, or if the platform lists settings. */
function needsRefresh(
  { apps }: Plan,
  { dryRun }: PlanCommandOptions,
  { name, listsSettings = false }: StrategyManifest,
): ProjectWarning[] {
  const drifted = apps.filter((planned) => planned.drifted).map(({ app }) => app);
  if (dryRun || listsSettings || drifted.length === 0) return [];
  const reason =
    `Changed manually since the last deploy: ${drifted.join(", ")}. Run \`ofdeploy up --refresh\` to restore the settings ` +
    `of the file; without --refresh, \`up\` does not inspect the running services of the platform ${name}.`;
  return [{ code: "NEEDS_REFRESH", reason }];
}

/** The error for a plan that `up` would reject. The plan lists the conflicts. */
function conflictOf({ apps, resources }: Plan): DeploymentError | undefined {
  const count = [...apps, ...resources].filter(({ action }) => action === "conflict").length;
  if (count === 0) return undefined;
  return new DeploymentError(
    "CONFLICT",
    `The plan has ${count === 1 ? "1 conflict" : `${count} conflicts`} and can't be applied.`,
    {
      hint: "Resolve each entry marked with ! in the plan. `ofdeploy up` prints a hint for each of them.",
    },
  );
}
