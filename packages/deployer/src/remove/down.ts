import { type OpenFactoryServiceDeploymentStrategy, type ResourceKind, type ServiceStatus, supports } from "@openfactory/deploy-core";
import { declaredDevices } from "../assets/assets-of-up.js";
import { compareAssets } from "../assets/compare-assets.js";
import { deliverAssets } from "../assets/deliver-assets.js";
import type { ListenerOptions } from "../assets/listener-options.js";
import { recordOfStatus } from "../assets/service-record.js";
import { checkApps } from "../check/check-apps.js";
import type { DesiredProject } from "../desired.js";
import type { Observer } from "../events.js";
import type { LockOptions } from "../lock/lock-options.js";
import { withLock } from "../lock/with-lock.js";
import { observe } from "../observe/observe.js";
import { canTellOwners } from "../ownership/can-tell.js";
import { ownerOf, PROJECT_LABEL } from "../ownership/labels.js";
import { ownersUnknown } from "../plan/find-warnings.js";
import type { ProjectWarning } from "../project-warning.js";
import { removeResources } from "../resources/remove-resources.js";
import type { ResourceVerdict } from "../resources/resource-verdict.js";
import { dependents, type Removal, removeServices } from "./remove-services.js";
import type { RemovalVerdict } from "./removal-verdict.js";
import { guarded } from "../secrecy.js";

export interface DownOptions extends LockOptions, ListenerOptions {
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
 * Removes every service of a project, dependents first, and then the networks, configs and secrets that were made for
 * it; waits until all are gone. What is the project's is told by labels, so that what the file no longer names goes too;
 * somebody else's by an app's name is left alone and told. A failure does not stop the rest.
 * @param desired may name no apps at all, where only the project's name is known.
 * @throws DeploymentError when nothing can be removed at all: `CONFLICT` (somebody else changes the project),
 * `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, ...
 */
export async function down(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: DownOptions = {},
): Promise<DownReport> {
  const strategy = guarded(unguarded, desired);
  checkApps(desired.apps);
  const began = performance.now();
  const { signal, observer, timeoutMs } = options;
  const warnings: ProjectWarning[] = [];
  const warn = (warning: ProjectWarning): void => {
    warnings.push(warning);
    observer?.({ type: "warning", warning });
  };
  const ownersAreTold = canTellOwners(strategy);
  if (!ownersAreTold) warn(ownersUnknown(strategy.manifest.name));

  const found = ownersAreTold ? await findServices(strategy, desired, signal) : { ours: desired.apps.map(byName), foreign: [] };
  const made = await findResources(strategy, desired.project, options);
  for (const removal of found.foreign) observer?.({ type: "removal", removal });
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "down", signal, observer, warn };
  const tell = async (services: readonly RemovalVerdict[]): Promise<void> => {
    const assets = [...assetsOfDown(found.ours, services), ...declaredDevices(desired.devices ?? [], "removed")];
    await deliverAssets(assets, { project: desired.project, platform: strategy.manifest.name }, options, warn);
  };
  const remove = async (): Promise<Pick<DownReport, "services" | "resources">> => {
    const services = await removeServices(strategy, inOrder(found.ours, desired), { ...options, signal: () => signal });
    const resources = await removeResources(strategy, made, { signal, observer, timeoutMs });
    await tell(services);
    return { services, resources };
  };
  const isNothing = found.ours.length === 0 && made.length === 0;
  if (isNothing) await tell([]);
  const removed = isNothing ? { services: [], resources: [] } : await withLock(strategy, desired.project, locked, remove);
  return {
    project: desired.project,
    platform: strategy.manifest.name,
    outcome: outcomeOf([...removed.services, ...removed.resources], signal),
    services: [...removed.services, ...found.foreign],
    resources: removed.resources,
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}

/** A service to remove; `status` where the platform shows it. */
type Found = Omit<Removal, "after"> & { status?: ServiceStatus };

const recordsOf = (services: readonly ServiceStatus[]) => services.map((status) => recordOfStatus(status));

/** The assets that are gone, and devices that are gone in part. */
function assetsOfDown(ours: readonly Found[], removals: readonly RemovalVerdict[]) {
  const gone = new Set(removals.filter(({ outcome }) => outcome === "removed").map(({ service }) => service));
  const seen = ours.flatMap(({ status }) => status ?? []);
  const left = seen.filter(({ name }) => !gone.has(name));
  return compareAssets(recordsOf(seen), recordsOf(left), gone);
}

const byName = ({ service, key }: { service: string; key: string }): Found => ({ service, app: key });

function inOrder(found: readonly Found[], { apps }: DesiredProject): Removal[] {
  const before = dependents(apps);
  return found.map((removal) => ({ ...removal, after: before.get(removal.service) ?? [] }));
}

async function findServices(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project, apps }: DesiredProject,
  signal: AbortSignal | undefined,
): Promise<{ ours: Found[]; foreign: RemovalVerdict[] }> {
  const names = new Map(apps.map(({ service, key }) => [service, key]));
  const { services } = await observe(strategy, [...names.keys()], { signal, instances: false });
  const ours: Found[] = [];
  const foreign: RemovalVerdict[] = [];
  for (const status of services.values()) {
    const { name: service, labels } = status;
    const owner = ownerOf(labels);
    const app = names.get(service) ?? owner?.app;
    if (owner?.project === project) ours.push({ service, ...(app === undefined ? {} : { app }), status });
    else if (names.has(service)) foreign.push({ service, app, outcome: "foreign", elapsedMs: 0 });
  }
  return { ours, foreign };
}

async function findResources(
  strategy: OpenFactoryServiceDeploymentStrategy,
  project: string,
  { volumes = false, signal }: DownOptions,
): Promise<{ kind: ResourceKind; name: string }[]> {
  if (!supports(strategy, "resources")) return [];
  const kinds = strategy.resourceKinds.filter((kind) => volumes || kind !== "volume");
  return strategy.listResources({ signal, kinds, labels: { [PROJECT_LABEL]: project } });
}

const outcomeOf = (verdicts: readonly { outcome: string }[], signal: AbortSignal | undefined): DownReport["outcome"] => {
  if (signal?.aborted && verdicts.some(({ outcome }) => outcome !== "removed")) return "interrupted";
  return verdicts.some(({ outcome }) => outcome === "failed") ? "failed" : "ok";
};
