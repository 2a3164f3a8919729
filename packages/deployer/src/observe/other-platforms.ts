import { type OpenFactoryServiceDeploymentStrategy, type OtherPlatform, supports } from "@openfactory/deploy-core";
import { DIRECTORY_LABEL, PROJECT_LABEL } from "../model/labels.js";
import type { Scope } from "../model/ownership.js";
import type { ProjectWarning } from "../model/warnings.js";

/** It is a courtesy: a slow engine does not hold the command up. */
const TIME_LIMIT_MS = 3000;

/** What other platforms of the same engine there are, and a warning where one of them runs the project. */
export interface Elsewhere {
  readonly platforms: readonly OtherPlatform[];
  readonly warnings: readonly ProjectWarning[];
}

const NOTHING: Elsewhere = { platforms: [], warnings: [] };

/**
 * Looks whether the project runs on another platform of the same engine: a forgotten `--platform` is noticed. One call at
 * most; a call that fails is none.
 */
export async function findElsewhere(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project, directory, hasChosenName = false }: Scope,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Elsewhere> {
  if (!supports(strategy, "elsewhere")) return NOTHING;
  const limit = AbortSignal.timeout(TIME_LIMIT_MS);
  const labels = {
    [PROJECT_LABEL]: project,
    ...(directory !== undefined && !hasChosenName && { [DIRECTORY_LABEL]: directory }),
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
    return NOTHING;
  }
}

function warningOf({ platform, services }: OtherPlatform, project: string, here: string): ProjectWarning[] {
  const [first] = services;
  if (first === undefined) return [];
  const count = services.length === 1 ? `the service ${first}` : `${services.length} services`;
  return [
    {
      code: "OTHER_PLATFORM",
      reason: `The platform ${platform} of the same engine runs ${count} of the project ${project}; this command works on ${here}. Use --platform ${platform} for ${services.length === 1 ? "it" : "them"}.`,
    },
  ];
}
