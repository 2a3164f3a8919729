import type { AppProject } from "@openfactory/app-file";
import type { SavedPlan } from "@openfactory/deployer";
import { UsageError } from "../errors.js";
import type { CommandContext } from "../options/context.js";
import type { PlanningOptions } from "../saved-plan/saved-command.js";
import { isPath } from "../saved-plan/find-saved-plan.js";
import { readVersion } from "../version.js";

// The modules of saved plans are loaded on demand, because most plans are not saved.

interface SavePlanOptions extends PlanningOptions {
  /** The file to save the plan in. Default: it is not saved. */
  out?: string;
  showEnv?: boolean;
}

/** @throws UsageError for a plan that can't be saved, before it is made. */
export async function checkBeforeSaving({ io, options }: CommandContext<SavePlanOptions>): Promise<void> {
  if (options.out === undefined) return;
  const { checkPlanPath } = await import("../saved-plan/saved-plan-file.js");
  const { checkSavable } = await import("../saved-plan/saved-command.js");
  checkSavable(options);
  await checkPlanPath(options.out, io.cwd);
}

/** @throws UsageError for a file that `up` would take for an app. */
export function checkPlanName(path: string | undefined, { apps, devices }: AppProject): void {
  const names = new Set([...apps.flatMap(({ key, service }) => [key, service]), ...devices.map(({ key }) => key)]);
  if (path === undefined || isPath(path) || !names.has(path)) return;
  throw new UsageError(
    `A saved plan can't have the name of an app: \`ofdeploy up ${path}\` deploys the app.`,
    `Pass --out ${path}.json.`,
  );
}

/** Writes a plan for `up`, and returns its path. @throws UsageError if it can't be written. */
export async function savePlan(
  saved: SavedPlan,
  { io, options }: CommandContext<SavePlanOptions>,
): Promise<string | undefined> {
  const { out } = options;
  if (out === undefined) return undefined;
  const { writeSavedPlan } = await import("../saved-plan/saved-plan-file.js");
  const { savedCommand } = await import("../saved-plan/saved-command.js");
  const command = await savedCommand(options, io, saved.basis.salt);
  const savedAt = new Date().toISOString();
  const file = { kind: "ofdeploy-plan", format: 1, version: readVersion(), savedAt, command, ...saved } as const;
  await writeSavedPlan(out, file, io.cwd);
  return out;
}

/** The line for stderr after a plan with `--out`. */
export const savedText = (file: string, isSaved: boolean): string =>
  isSaved
    ? `Saved in ${file}. Run \`ofdeploy up ${file}\` to apply it.\n`
    : `Not saved in ${file}: a plan with conflicts can't be applied.\n`;
