import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject, DownPlan } from "@openfactory/deployer";
import type { CommandContext } from "../command-context.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import { downPlanText } from "../output/down-plan-text.js";
import { downErrors, downText } from "../output/down-text.js";
import { writeJson } from "../output/json-lines.js";
import { styleFor } from "../output/style.js";
import { warningEvents, warningText } from "../output/warning-text.js";
import { UsageError } from "../usage-error.js";
import { loadProject } from "../wiring/load-project.js";
import { openStrategy } from "../wiring/open-strategy.js";
import { tellElsewhere, withElsewhere } from "../wiring/tell-elsewhere.js";
import { runOperation } from "./run-operation.js";

export interface DownCommandOptions {
  all?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  volumes?: boolean;
  timeout?: number;
  concurrency?: number;
  forceUnlock?: boolean;
}

/** Removes what the files own; with `--all`, and where no file is known, the whole project, once that is confirmed. */
export async function downCommand(context: CommandContext<DownCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const loaded = await loadProject(options, io, "Services are removed without the order of depends_on.");
  const desired: DesiredProject = options.all ? { ...loaded, files: undefined } : loaded;
  const strategy = await openStrategy(options, io);
  if (options.dryRun) return dryRun(strategy, desired, context);
  const confirmed =
    desired.files === undefined || options.volumes ? await confirm(strategy, desired, context) : undefined;
  if (confirmed === "refused") {
    await strategy.close();
    io.stderr.write("Nothing was removed.\n");
    return EXIT.failed;
  }
  const { down } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "down",
    consequence: "what is being removed is still removed or left as it is, and no more is begun",
    run: ({ signal, observer, purpose, listeners }) =>
      withElsewhere(
        tellElsewhere(strategy, desired, { ...context, signal }),
        observer,
        down(strategy, desired, {
          signal,
          observer,
          purpose,
          listeners,
          confirmed,
          volumes: options.volumes,
          timeoutMs: options.timeout,
          concurrency: options.concurrency,
          forceUnlock: options.forceUnlock,
        }),
      ),
    text: downText,
    errors: downErrors,
  });
}

/** Prints what would be removed; as of `plan`, the exit code says whether there is anything. */
async function dryRun(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  context: CommandContext<DownCommandOptions>,
): Promise<ExitCode> {
  const { io, options } = context;
  try {
    const [planned, elsewhere] = await Promise.all([
      lookAhead(strategy, desired, context),
      tellElsewhere(strategy, desired, context),
    ]);
    const plan = { ...planned, warnings: [...planned.warnings, ...elsewhere] };
    const exitCode = plan.hasChanges ? EXIT.changes : EXIT.ok;
    if (options.json) {
      const { project, platform, hasChanges } = plan;
      writeJson(io.stdout, "down-plan", plan);
      writeJson(io.stdout, "result", {
        command: "down",
        ok: true,
        exitCode,
        project,
        platform,
        dryRun: true,
        hasChanges,
      });
      return exitCode;
    }
    for (const event of warningEvents(plan.warnings, [])) io.stderr.write(warningText(event, styleFor(io.stderr, io)));
    io.stdout.write(downPlanText(plan, { style: styleFor(io.stdout, io) }));
    return exitCode;
  } finally {
    await strategy.close();
  }
}

/**
 * Lists what would be removed, and asks on a terminal.
 * @returns undefined: there is nothing that needs an answer.
 * @throws UsageError where there is no terminal to ask on, and no `--yes`.
 */
async function confirm(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  context: CommandContext<DownCommandOptions>,
): Promise<DownPlan | "refused" | undefined> {
  const { io, options } = context;
  try {
    const plan = await lookAhead(strategy, desired, context);
    const volumes = plan.resources.filter(({ kind, action }) => kind === "volume" && action === "remove").length;
    const isWhole = desired.files === undefined;
    if (!plan.hasChanges || (!isWhole && volumes === 0)) return undefined;
    if (options.json) writeJson(io.stdout, "down-plan", plan);
    else io.stderr.write(downPlanText(plan, { style: styleFor(io.stderr, io) }));
    if (options.yes) return plan;
    const subject = isWhole
      ? `the whole project ${desired.project}`
      : `${volumes} ${volumes === 1 ? "volume" : "volumes"} and the data`;
    if (io.confirm === undefined || options.json) {
      throw new UsageError(
        `This would remove ${subject}, and there is no terminal to confirm it on. Nothing was removed.`,
        isWhole ? "Add --yes, or name the file whose apps are to be removed with --file." : "Add --yes.",
      );
    }
    return (await io.confirm(`Remove ${subject}?`)) ? plan : "refused";
  } catch (error) {
    await strategy.close();
    throw error;
  }
}

async function lookAhead(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  { io, options }: CommandContext<DownCommandOptions>,
): Promise<DownPlan> {
  const { planDown } = await import("@openfactory/deployer");
  const interrupt = listenForInterrupt(io);
  try {
    return await planDown(strategy, desired, { volumes: options.volumes, signal: interrupt.signal });
  } finally {
    interrupt.stop();
  }
}
