import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { ProjectWarning, Scope } from "@openfactory/deployer";
import type { Io } from "../io.js";
import type { GlobalOptions } from "../options/global-options.js";
import { chosenPlatform } from "./chosen-platform.js";

export interface ElsewhereContext {
  io: Io;
  options: Pick<GlobalOptions, "platform">;
  signal?: AbortSignal;
}

/**
 * Warns where the project runs on another platform of the same engine; one call at most, and none that fails is an error.
 * @param options.deploys also where the default platform was not chosen, and the engine belongs to another one.
 */
export async function tellElsewhere(
  strategy: OpenFactoryServiceDeploymentStrategy,
  scope: Scope,
  { io, options, signal }: ElsewhereContext,
  { deploys = false }: { deploys?: boolean } = {},
): Promise<ProjectWarning[]> {
  const { findElsewhere } = await import("@openfactory/deployer");
  const { platforms, warnings } = await findElsewhere(strategy, scope, { signal });
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

/** Looks for it while a run goes on, and reports it as a warning of the run; also where the run fails. */
export async function withElsewhere<Report extends { warnings: readonly ProjectWarning[] }>(
  elsewhere: Promise<ProjectWarning[]>,
  observe: (event: { type: "warning"; warning: ProjectWarning }) => void,
  run: Promise<Report>,
): Promise<Report> {
  const told = elsewhere.then((warnings) => {
    for (const warning of warnings) observe({ type: "warning", warning });
    return warnings;
  });
  const [report, warnings] = await Promise.all([run, told]).catch(async (error: unknown) => {
    await told;
    throw error;
  });
  return { ...report, warnings: [...report.warnings, ...warnings] };
}
