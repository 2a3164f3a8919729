import { type OpenFactoryServiceDeploymentStrategy, type OtherPlatform, supports } from "@openfactory/deploy-core";
import { DIRECTORY_LABEL, PROJECT_LABEL } from "../model/labels.js";
import type { Scope } from "../model/ownership.js";
import type { ProjectWarning } from "../model/warnings.js";

/** Short, because this is only a warning: a slow engine must not delay the command. */
const TIMEOUT_MS = 3000;

/** The other platforms of the same engine, with a warning if one of them runs the project. */
export interface OtherPlatforms {
  readonly platforms: readonly OtherPlatform[];
  readonly warnings: readonly ProjectWarning[];
}

const NONE: OtherPlatforms = { platforms: [], warnings: [] };

/**
 * Checks whether the project runs on another platform of the same engine, to notice a forgotten `--platform`. Makes at
 * most one call, and ignores its failure.
 */
export async function findOtherPlatforms(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project, directory, hasExplicitName = false }: Scope,
  { signal }: { signal?: AbortSignal } = {},
): Promise<OtherPlatforms> {
  if (!supports(strategy, "elsewhere")) return NONE;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  const labels = {
    [PROJECT_LABEL]: project,
    ...(directory !== undefined && !hasExplicitName && { [DIRECTORY_LABEL]: directory }),
  };
  try {
    const platforms = await strategy.elsewhere({
      labels,
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    return {
      platforms,
      warnings: platforms.flatMap((platform) => warningOf(platform, project, strategy.manifest.name)),
    };
  } catch {
    return NONE;
  }
}

function warningOf({ platform, services }: OtherPlatform, project: string, platformInUse: string): ProjectWarning[] {
  const [first] = services;
  if (first === undefined) return [];
  const count = services.length === 1 ? `the service ${first}` : `${services.length} services`;
  return [
    {
      code: "OTHER_PLATFORM",
      reason: `The platform ${platform} of the same engine runs ${count} of the project ${project}; this command uses the platform ${platformInUse}. Add --platform ${platform} to see ${services.length === 1 ? "it" : "them"}.`,
    },
  ];
}
