import type { OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { ownersUnknown } from "../apply/find-warnings.js";
import type { LockOptions } from "../lock/lock-options.js";
import type { ResourceVerdict } from "../resources/resource-verdict.js";
import { checkApps } from "../check/check-apps.js";
import type { DesiredProject } from "../desired.js";
import type { Observer } from "../events.js";
import { observe } from "../observe/observe.js";
import { canTellOwners } from "../ownership/can-tell.js";
import { ownerOf } from "../ownership/labels.js";
import type { ProjectWarning } from "../project-warning.js";
import { dependents, type Removal, removeServices } from "./remove-services.js";
import type { RemovalVerdict } from "./removal-verdict.js";

export interface DownOptions extends LockOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** How many services are removed at the same time. Default 16. */
  concurrency?: number;
  /** How long each may take until it is gone, after its grace period, in milliseconds. Default 60000. */
  timeoutMs?: number;
  /** The project's volumes too, and with them their data. Default false. */
  volumes?: boolean;
}

/** What a run of `down` did. Plain data. */
export interface DownReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** None: there was nothing to remove. */
  services: readonly RemovalVerdict[];
  /** The networks, configs and secrets that the project had made, and, where they were asked for, volumes. */
  resources: readonly ResourceVerdict[];
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/**
 * Removes every service of a project, dependents first, and waits until they are gone. A service is the project's by
 * its labels, so that those the file no longer names go too; somebody else's by an app's name is left alone and told.
 * @param desired may name no apps at all, where only the project's name is known.
 * @throws DeploymentError when nothing can be removed at all: `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, ...
 */
export async function down(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: DownOptions = {},
): Promise<DownReport> {
  checkApps(desired.apps);
  const began = performance.now();
  const { signal, observer, concurrency, timeoutMs } = options;
  const ownersAreTold = canTellOwners(strategy);
  const warnings = ownersAreTold ? [] : [ownersUnknown(strategy.manifest.name)];
  for (const warning of warnings) observer?.({ type: "warning", warning });

  const found = ownersAreTold ? await findServices(strategy, desired, signal) : { ours: desired.apps.map(byName), foreign: [] };
  for (const removal of found.foreign) observer?.({ type: "removal", removal });
  const before = dependents(desired.apps);
  const removed = await removeServices(
    strategy,
    found.ours.map((removal) => ({ ...removal, after: before.get(removal.service) ?? [] })),
    { concurrency, timeoutMs, signal: () => signal, observer },
  );
  return {
    project: desired.project,
    platform: strategy.manifest.name,
    outcome: outcomeOf(removed, signal),
    services: [...removed, ...found.foreign],
    resources: [],
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}

type Found = Omit<Removal, "after">;

const byName = ({ service, key }: { service: string; key: string }): Found => ({ service, app: key });

async function findServices(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project, apps }: DesiredProject,
  signal: AbortSignal | undefined,
): Promise<{ ours: Found[]; foreign: RemovalVerdict[] }> {
  const names = new Map(apps.map(({ service, key }) => [service, key]));
  const { services } = await observe(strategy, [...names.keys()], { signal });
  const ours: Found[] = [];
  const foreign: RemovalVerdict[] = [];
  for (const { name: service, labels } of services.values()) {
    const owner = ownerOf(labels);
    const app = names.get(service) ?? owner?.app;
    if (owner?.project === project) ours.push({ service, ...(app === undefined ? {} : { app }) });
    else if (names.has(service)) foreign.push({ service, app, outcome: "foreign", elapsedMs: 0 });
  }
  return { ours, foreign };
}

const outcomeOf = (removals: readonly RemovalVerdict[], signal: AbortSignal | undefined): DownReport["outcome"] => {
  if (signal?.aborted && removals.some(({ outcome }) => outcome !== "removed")) return "interrupted";
  return removals.some(({ outcome }) => outcome === "failed") ? "failed" : "ok";
};
