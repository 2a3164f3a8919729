import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  guardStrategy,
  type OpenFactoryServiceDeploymentStrategy,
  Redactor,
  whileWaiting,
} from "@openfactory/deploy-core";
import type { DesiredProject, ProjectWarning, Scope } from "@openfactory/deployer";
import type { Io } from "./io.js";
import type { GlobalOptions } from "./options/context.js";
import { DEFAULT_PLATFORM } from "./options/global-options.js";
import { findPlugins } from "./plugins.js";
import { policyFiles, sitePolicy } from "./policy/site-policy.js";

/**
 * The platform that the user chose: with `--platform`, in the environment, or in `.ofaenv` of the working directory, as
 * with OpenFactory. Undefined if the user chose none.
 * @throws DeploymentError `INVALID_FILE` for an invalid line in `.ofaenv`, because it might name another platform.
 */
async function chosenPlatform(
  { platform }: Pick<GlobalOptions, "platform">,
  { env, cwd }: Pick<Io, "env" | "cwd">,
): Promise<string | undefined> {
  const given = platform ?? (env["DEPLOYMENT_PLATFORM"] || undefined);
  if (given !== undefined || !existsSync(join(cwd, ".ofaenv"))) return given;
  const { openfactoryEnvironment } = await import("@openfactory/app-file");
  return (await openfactoryEnvironment(cwd, env))["DEPLOYMENT_PLATFORM"] || undefined;
}

/** The chosen platform, or the default one. @throws DeploymentError `INVALID_FILE` for an invalid line in `.ofaenv`. */
export const platformOf = async (
  options: Pick<GlobalOptions, "platform">,
  io: Pick<Io, "env" | "cwd">,
): Promise<string> => (await chosenPlatform(options, io)) ?? DEFAULT_PLATFORM;

/**
 * Creates the strategy of the platform. Makes no call to an engine.
 * @throws DeploymentError `UNKNOWN_PLATFORM`, `PLUGIN_FAILED`, `CONFLICT`, `INVALID_REQUEST` (invalid options), and as
 * `platformOf`.
 */
export async function openStrategy(options: GlobalOptions, io: Io): Promise<OpenFactoryServiceDeploymentStrategy> {
  const { platforms } = await findPlugins(options, io);
  const { host, context, option } = options;
  const platform = await platformOf(options, io);
  const opened = await whileWaiting({ subject: `the platform ${platform}`, action: "start", level: "command" }, () =>
    platforms.create(platform, {
      ...option,
      ...(host === undefined ? {} : { host: oneOrAll(host) }),
      ...(context === undefined ? {} : { context: oneOrAll(context) }),
    }),
  );
  const { withPolicy, withWaits } = await import("@openfactory/deployer");
  const strategy = withWaits(opened);
  const files = policyFiles(options, io);
  return files.length === 0 ? strategy : withPolicy(strategy, sitePolicy(files, io));
}

/** Only a platform of several engines has an option that is a list. */
const oneOrAll = (values: readonly string[]): unknown => (values.length === 1 ? values[0] : values);

/**
 * The strategy for a command that calls it directly. Masks the project's secrets in its results and errors, except in the
 * lines of logs. The deployer does so for the other commands.
 * @throws DeploymentError as `openStrategy`.
 */
export async function openGuardedStrategy(
  options: GlobalOptions,
  io: Io,
  project: DesiredProject | undefined,
): Promise<OpenFactoryServiceDeploymentStrategy> {
  const strategy = await openStrategy(options, io);
  if (project === undefined) return guardStrategy(strategy, new Redactor());
  const { createRedactor } = await import("@openfactory/deployer");
  return guardStrategy(strategy, createRedactor(project));
}

export interface PlatformWarningContext {
  io: Io;
  options: Pick<GlobalOptions, "platform">;
  signal?: AbortSignal;
}

/**
 * Warns if the project runs on another platform of the same engine. Makes one call at most, and ignores its errors.
 * @param options.deploys also warn if the user chose no platform and the engine belongs to another one.
 */
export async function findPlatformWarnings(
  strategy: OpenFactoryServiceDeploymentStrategy,
  scope: Scope,
  { io, options, signal }: PlatformWarningContext,
  { deploys = false }: { deploys?: boolean } = {},
): Promise<ProjectWarning[]> {
  const { findOtherPlatforms } = await import("@openfactory/deployer");
  const { platforms, warnings } = await findOtherPlatforms(strategy, scope, { signal });
  if (!deploys || warnings.length > 0 || (await chosenPlatform(options, io)) !== undefined) return [...warnings];
  return platforms.flatMap(({ platform, reason }): ProjectWarning[] =>
    reason === undefined
      ? []
      : [
          {
            code: "DEFAULT_PLATFORM",
            reason: `${reason}; deploying to the platform ${strategy.manifest.name}. Use --platform ${platform} or set DEPLOYMENT_PLATFORM.`,
          },
        ],
  );
}

/** Adds warnings, which may arrive during a run, to its events and to its report. Reports them even if the run fails. */
export async function withWarnings<Report extends { warnings: readonly ProjectWarning[] }>(
  found: Promise<ProjectWarning[]>,
  observe: (event: { type: "warning"; warning: ProjectWarning }) => void,
  run: Promise<Report>,
): Promise<Report> {
  const reported = found.then((warnings) => {
    for (const warning of warnings) observe({ type: "warning", warning });
    return warnings;
  });
  const [report, warnings] = await Promise.all([run, reported]).catch(async (error: unknown) => {
    await reported;
    throw error;
  });
  return { ...report, warnings: [...report.warnings, ...warnings] };
}
