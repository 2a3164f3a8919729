import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { applyUp } from "./apply/apply-up.js";
import type { UpOptions } from "./apply/up-options.js";
import type { UpReport } from "./apply/up-report.js";
import type { DesiredProject } from "./desired.js";
import { prepare } from "./plan/prepare.js";
import { guarded } from "./secrecy.js";

/**
 * Brings a project to what it should be: checks all, looks once at what is there, plans, and carries the plan out. Where
 * all is as it should be, that costs one listing.
 * @returns what became of each app: failures are in the report.
 * @throws DeploymentError before anything was changed: `INVALID_REQUEST`, `UNSUPPORTED`, `CONFLICT` (something is
 * somebody else's; somebody else changes the project), what the preflight finds (`IMAGE_NOT_FOUND`,
 * `NETWORK_NOT_FOUND`, ...), `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, `ABORTED`, ...
 */
export async function up(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: UpOptions = {},
): Promise<UpReport> {
  const { refresh = false } = options;
  // What is checked lacks the resources that the platform does not make: their contents are secret all the same.
  const strategy = guarded(unguarded, desired);
  return applyUp(strategy, await prepare(strategy, desired, { ...options, refresh }), options);
}
