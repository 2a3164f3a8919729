import { METADATA_LABELS, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject, ProjectWarning, PsRow } from "@openfactory/deployer";
import { chooseApps, type NamedApp } from "../choose-apps.js";
import { UsageError } from "../errors.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { writeJson } from "../output/json-lines.js";
import { printWarnings } from "../output/messages.js";
import { psText } from "../output/ps-text.js";
import type { PsListing } from "../output/ps-views.js";
import { openStrategy, findPlatformWarnings } from "../platforms.js";
import { loadProject } from "../project.js";

export interface PsCommandOptions {
  /** Names of the apps to list. Default: all. */
  apps?: string[];
  /** Keep listing. */
  watch?: boolean;
  /** The time between two listings, in milliseconds. Default: 2 seconds. */
  interval?: number;
}

export async function psCommand({ io, options }: CommandContext<PsCommandOptions>): Promise<ExitCode> {
  if (options.interval !== undefined && !options.watch) {
    throw new UsageError("--interval requires --watch.", "Add --watch, or remove --interval.");
  }
  if (options.watch && options.quiet) {
    throw new UsageError("--watch can't be combined with --quiet.", "Remove --quiet, or list the ids once.");
  }
  const desired = await loadProject(options, io, undefined, "local");
  const strategy = await openStrategy(options, io);
  try {
    const [{ rows, listed, warnings }, platformWarnings] = await Promise.all([
      listApps(strategy, desired, options),
      findPlatformWarnings(strategy, desired, { io, options }),
    ]);
    printWarnings([...warnings, ...platformWarnings], [], options, io);
    if (options.watch) {
      const { watchPs } = await import("./watch-ps.js");
      const read = (signal: AbortSignal): Promise<PsListing> => listApps(strategy, desired, options, signal);
      const { project } = desired;
      const platform = strategy.manifest.name;
      return await watchPs(
        { read, first: { rows, listed }, project, platform, intervalMs: options.interval },
        { io, options },
      );
    }
    if (options.json) {
      for (const row of rows) writeJson(io.stdout, "app", row);
      writeJson(io.stdout, "result", { command: "ps", ok: true, exitCode: EXIT.ok, project: desired.project });
      return EXIT.ok;
    }
    if (options.quiet) {
      for (const { status } of listed) for (const id of status?.ids ?? []) io.stdout.write(`${id}\n`);
      return EXIT.ok;
    }
    if (listed.length === 0) {
      io.stdout.write(`${desired.project}: nothing is deployed\n`);
    } else {
      io.stdout.write(psText(listed, io.stdout.isTTY ? io.stdout.columns : undefined));
    }
    return EXIT.ok;
  } finally {
    await strategy.close();
  }
}

/** The apps that the command line names, or all. */
async function listApps(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  { apps: names = [] }: PsCommandOptions,
  signal?: AbortSignal,
): Promise<PsListing & { warnings: ProjectWarning[] }> {
  const { otherFilesWarning, ownerOf, ps } = await import("@openfactory/deployer");
  const found = await ps(strategy, desired, { signal });
  const rows = chooseApps(names, {
    apps: found.map((row) => asNamedApp(row, desired)),
    devices: desired.devices,
  }).map(({ row }) => row);
  if (names.length > 0) return { rows, listed: rows, warnings: [] };
  const ownServices = new Set(desired.apps.map(({ service }) => service));
  const isOfOtherFile = ({ service, relation }: PsRow): boolean =>
    !ownServices.has(service) && (relation === "other-file" || relation === "unrecorded");
  const owners = rows.filter(isOfOtherFile).flatMap(({ status }) => ownerOf(status?.labels ?? {}) ?? []);
  const warnings = otherFilesWarning(
    owners.map((owner) => ({ owner })),
    desired,
    "not listed",
  );
  return { rows, listed: rows.filter((row) => !isOfOtherFile(row)), warnings };
}

/** A row that the command line can name by its app, service or device. */
function asNamedApp(row: PsRow, { apps }: DesiredProject): NamedApp & { row: PsRow } {
  const { app: key, service, status } = row;
  const device = apps.find((app) => app.service === service)?.device?.key ?? status?.labels[METADATA_LABELS.device];
  return { key, service, row, ...(device !== undefined && { device: { key: device } }) };
}
