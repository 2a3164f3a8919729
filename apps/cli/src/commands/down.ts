import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject, DownPlan } from "@openfactory/deployer";
import { chooseDeployed } from "../choose-apps.js";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import { listenForInterrupt } from "../interrupt.js";
import type { CommandContext } from "../options/context.js";
import { downErrors, downPlanText, downText } from "../output/down-text.js";
import { styleFor } from "../output/format.js";
import { writeJson, writeResult } from "../output/json-lines.js";
import { printWarnings } from "../output/messages.js";
import { openStrategy, findPlatformWarnings, withWarnings } from "../platforms.js";
import { loadProject } from "../project.js";
import { runOperation } from "./run-operation.js";

export interface DownCommandOptions {
  /** Names of the apps to remove. Default: all that the files own. */
  apps?: string[];
  all?: boolean;
  yes?: boolean;
  dryRun?: boolean;
  volumes?: boolean;
  timeout?: number;
  concurrency?: number;
  forceUnlock?: boolean;
}

/**
 * Removes the named apps, or the services and resources that the files own. Removes the whole project, after confirmation,
 * with `--all` or without a file.
 */
export async function downCommand(context: CommandContext<DownCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  if (options.all && options.apps?.length) {
    throw new UsageError(
      "--all can't be combined with names of apps.",
      "Remove the names to remove the whole project, or remove --all.",
    );
  }
  const loaded = await loadProject(options, io, "Services are removed in any order, because depends_on is not known.");
  const desired: DesiredProject = options.all ? { ...loaded, files: undefined } : loaded;
  const strategy = await openStrategy(options, io);
  const services = await namedServices(strategy, desired, options);
  if (options.dryRun) return dryRun(strategy, desired, services, context);
  const isWholeProject = desired.files === undefined && services === undefined;
  const confirmed = isWholeProject || options.volumes ? await confirm(strategy, desired, services, context) : undefined;
  if (confirmed === "refused") {
    await strategy.close();
    io.stderr.write("Nothing was removed.\n");
    return EXIT.failed;
  }
  const { down } = await import("@openfactory/deployer");
  return runOperation(strategy, context, {
    command: "down",
    consequence: "finishing the removals in progress; no more are started",
    run: ({ signal, observer, purpose, listeners }) =>
      withWarnings(
        findPlatformWarnings(strategy, desired, { ...context, signal }),
        observer,
        down(strategy, desired, {
          signal,
          observer,
          purpose,
          listeners,
          confirmed,
          services,
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

/** The services of the named apps; undefined without names. Closes the strategy if a name is unknown. */
async function namedServices(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  { apps = [] }: DownCommandOptions,
): Promise<string[] | undefined> {
  if (apps.length === 0) return undefined;
  try {
    return (await chooseDeployed(apps, desired, strategy)).map(({ service }) => service);
  } catch (error) {
    await strategy.close();
    throw error;
  }
}

/** Prints the services and resources to remove. Exits as `plan` does: 2 with changes, else 0. */
async function dryRun(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  services: readonly string[] | undefined,
  context: CommandContext<DownCommandOptions>,
): Promise<ExitCode> {
  const { io, options } = context;
  try {
    const [planned, warnings] = await Promise.all([
      planRemoval(strategy, desired, services, context),
      findPlatformWarnings(strategy, desired, context),
    ]);
    const plan = { ...planned, warnings: [...planned.warnings, ...warnings] };
    const exitCode = plan.hasChanges ? EXIT.changes : EXIT.ok;
    if (options.json) {
      const { project, platform, hasChanges } = plan;
      writeJson(io.stdout, "down-plan", plan);
      writeResult(io, {
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
    printWarnings(plan.warnings, [], options, io);
    io.stdout.write(downPlanText(plan, { style: styleFor(io.stdout, io) }));
    return exitCode;
  } finally {
    await strategy.close();
  }
}

/**
 * Lists the services and resources to remove, and asks for confirmation on a terminal.
 * @returns the confirmed plan; undefined if no confirmation is needed.
 * @throws UsageError without a terminal and without `--yes`.
 */
async function confirm(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  services: readonly string[] | undefined,
  context: CommandContext<DownCommandOptions>,
): Promise<DownPlan | "refused" | undefined> {
  const { io, options } = context;
  try {
    const plan = await planRemoval(strategy, desired, services, context);
    const volumes = plan.resources.filter(({ kind, action }) => kind === "volume" && action === "remove").length;
    const isWholeProject = desired.files === undefined && services === undefined;
    if (!plan.hasChanges || (!isWholeProject && volumes === 0)) return undefined;
    if (options.json) writeJson(io.stdout, "down-plan", plan);
    else io.stderr.write(downPlanText(plan, { style: styleFor(io.stderr, io) }));
    if (options.yes) return plan;
    const subject = isWholeProject
      ? `the whole project ${desired.project}`
      : volumes === 1
        ? "1 volume and its data"
        : `${volumes} volumes and their data`;
    if (io.confirm === undefined || options.json) {
      throw new UsageError(
        `Removing ${subject} requires confirmation, which is not possible with --json or without a terminal. Nothing was removed.`,
        isWholeProject ? "Pass --yes, or pass -f <path> to remove the apps of that file only." : "Pass --yes.",
      );
    }
    return (await io.confirm(`Remove ${subject}?`)) ? plan : "refused";
  } catch (error) {
    await strategy.close();
    throw error;
  }
}

async function planRemoval(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  services: readonly string[] | undefined,
  { io, options }: CommandContext<DownCommandOptions>,
): Promise<DownPlan> {
  const { planDown } = await import("@openfactory/deployer");
  const interrupt = listenForInterrupt(io);
  try {
    return await planDown(strategy, desired, { volumes: options.volumes, services, signal: interrupt.signal });
  } finally {
    interrupt.stop();
  }
}
