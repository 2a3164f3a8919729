import { DeploymentError } from "@openfactory/deploy-core";
import type { DesiredProject, Plan } from "@openfactory/deployer";
import { UsageError } from "../errors.js";
import type { CommandContext, GlobalOptions } from "../options/context.js";
import { printWarnings } from "../output/messages.js";
import { writeOutputFile } from "../output/write-file.js";
import { platformOf } from "../platforms.js";
import { readVersion } from "../version.js";

export interface PlanOutputOptions {
  /** Print Markdown instead of text. */
  markdown?: boolean;
  /** The file for the plan as a page. */
  html?: string;
  /** The file for the plan as Prometheus metrics. */
  metrics?: string;
}

/** @throws UsageError if two options ask for different texts on stdout. */
export function checkPlanOutputs({ markdown, json }: PlanOutputOptions & GlobalOptions): void {
  if (!markdown || !json) return;
  throw new UsageError(
    "--markdown can't be combined with --json: both print on standard output.",
    "Remove one of them, or run `ofdeploy plan` twice.",
  );
}

/** Writes the files of `--html` and `--metrics`. @throws UsageError for a file that can't be written. */
export async function writePlanFiles(
  plan: Plan,
  desired: DesiredProject,
  { io, options }: CommandContext<PlanOutputOptions>,
): Promise<void> {
  const now = new Date();
  if (options.html !== undefined) {
    const { planPage } = await import("../output/plan-page/page.js");
    const page = planPage(plan, desired, { version: readVersion(), now });
    await writeOutputFile(options.html, page, io.cwd, { option: "--html" });
  }
  if (options.metrics !== undefined) {
    const { planMetrics } = await import("../output/plan-metrics.js");
    await writeOutputFile(options.metrics, planMetrics(plan, now), io.cwd, { option: "--metrics" });
  }
}

/**
 * Records in the file of `--metrics` that the plan failed, so that monitoring does not continue with an old plan. A file that
 * can't be written is a warning, because the error of the plan is more important.
 */
export async function writeFailure(
  thrown: unknown,
  project: string | undefined,
  { io, options }: CommandContext<PlanOutputOptions>,
): Promise<void> {
  if (options.metrics === undefined) return;
  const code = DeploymentError.isInstance(thrown) ? thrown.code : thrown instanceof UsageError ? "USAGE" : "INTERNAL";
  const { failedPlanMetrics } = await import("../output/plan-metrics.js");
  const platform = await platformOf(options, io).catch(() => undefined);
  try {
    await writeOutputFile(options.metrics, failedPlanMetrics({ project, platform }, code, new Date()), io.cwd, {
      option: "--metrics",
    });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    printWarnings([{ code: "METRICS_NOT_WRITTEN", reason: error.message }], [], options, io);
  }
}
