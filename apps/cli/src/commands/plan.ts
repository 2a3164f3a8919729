import { DeploymentError, type StrategyManifest } from "@openfactory/deploy-core";
import type { Plan, ProjectWarning } from "@openfactory/deployer";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import { deviceFields, devicesText } from "../output/devices-text.js";
import { writeJson } from "../output/json-lines.js";
import { planText } from "../output/plan-text.js";
import { styleFor } from "../output/style.js";
import { warningEvents, warningText } from "../output/warning-text.js";
import { appKeys } from "../wiring/choose-apps.js";
import { tellElsewhere } from "../wiring/tell-elsewhere.js";
import { loadDesired } from "../wiring/load-desired.js";

export interface PlanCommandOptions {
  prune?: boolean;
  adopt?: string[];
  takeOwnership?: boolean;
  refresh?: boolean;
  dryRun?: boolean;
  strict?: boolean;
  showEnv?: boolean;
  verbose?: boolean;
}

/** What `up` would do. The exit code says whether there is anything to do, and whether `up` would refuse it. */
export async function planCommand({ io, options }: CommandContext<PlanCommandOptions>): Promise<ExitCode> {
  const { desired, strategy } = await loadDesired(options, io);
  const { plan } = await import("@openfactory/deployer");
  const interrupt = listenForInterrupt(io);
  try {
    const { signal } = interrupt;
    const elsewhere = tellElsewhere(strategy, desired, { io, options, signal }, { deploys: true });
    const compared = await plan(strategy, desired, {
      signal,
      prune: options.prune,
      takeOwnership: options.takeOwnership,
      // `up --dry-run` shows what `up` with the same options would see.
      ...(options.dryRun && { refresh: options.refresh ?? false }),
      adopt: appKeys(options.adopt ?? [], desired),
      strict: options.strict,
      showEnv: options.showEnv,
    });
    const planned = {
      ...compared,
      warnings: [...compared.warnings, ...needsRefresh(compared, options, strategy.manifest), ...(await elsewhere)],
    };
    const conflict = conflictOf(planned);
    const exitCode = conflict !== undefined ? EXIT.conflict : planned.hasChanges ? EXIT.changes : EXIT.ok;
    if (options.json) {
      const { project, platform, hasChanges } = planned;
      writeJson(io.stdout, "plan", planned);
      for (const device of desired.devices) writeJson(io.stdout, "device", deviceFields(device));
      writeJson(io.stdout, "result", {
        command: "plan",
        ok: conflict === undefined,
        exitCode,
        project,
        platform,
        hasChanges,
        error: conflict,
      });
      return exitCode;
    }
    const style = styleFor(io.stderr, io);
    // The plan itself names orphans.
    const warnings = planned.warnings.filter(({ code }) => code !== "ORPHAN");
    for (const event of warningEvents(warnings, planned.apps)) io.stderr.write(warningText(event, style));
    const width = io.stdout.isTTY ? io.stdout.columns : undefined;
    io.stdout.write(devicesText(desired.devices));
    io.stdout.write(planText(planned, { style: styleFor(io.stdout, io), width, verbose: options.verbose ?? false }));
    return exitCode;
  } finally {
    interrupt.stop();
    await strategy.close();
  }
}

/** `plan` inspects every service; where a listing tells no settings, `up` does so with `--refresh` only. */
function needsRefresh(
  { apps }: Plan,
  { dryRun }: PlanCommandOptions,
  { name, listsSettings = false }: StrategyManifest,
): ProjectWarning[] {
  const drifted = apps.filter((planned) => planned.drifted).map(({ app }) => app);
  if (dryRun || listsSettings || drifted.length === 0) return [];
  const reason =
    `Changed by hand: ${drifted.join(", ")}. \`ofdeploy up --refresh\` changes this back; without --refresh, ` +
    `up does not inspect the services of the platform ${name} that run, and leaves it.`;
  return [{ code: "NEEDS_REFRESH", reason }];
}

/** Why `up` would refuse the plan; each conflict is in the plan itself. */
function conflictOf({ apps, resources }: Plan): DeploymentError | undefined {
  const count = [...apps, ...resources].filter(({ action }) => action === "conflict").length;
  if (count === 0) return undefined;
  return new DeploymentError(
    "CONFLICT",
    `The plan has ${count === 1 ? "a conflict" : `${count} conflicts`}, and can't be carried out.`,
    {
      hint: "The plan says which; `ofdeploy up` says what to do about each.",
    },
  );
}
