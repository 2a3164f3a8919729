import {
  type Capabilities,
  DeploymentError,
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  requireCapability,
} from "@openfactory/deploy-core";
import { checkApps } from "../check/check-project.js";
import { whileAnswering } from "../model/answering.js";
import { asDeploymentError, withRedaction } from "../model/errors.js";
import { type Observer, WarningLog } from "../model/events.js";
import { ownerOf } from "../model/labels.js";
import { describeOwner, ownershipOf, tracksOwnership } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import type { RefreshReport, RefreshVerdict } from "../model/report.js";
import { ownersUnknownWarning } from "../model/warnings.js";
import { observe } from "../observe/observe.js";

export interface RefreshOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Names of the services to refresh. Default: all services of the project, including orphans. */
  services?: readonly string[];
  /** Number of services that are refreshed at the same time. Default 8. */
  concurrency?: number;
}

type Refresher = OpenFactoryServiceDeploymentStrategy & Capabilities["refreshAuth"];

/** A service whose credentials are to be renewed. */
interface RefreshTarget {
  service: string;
  app?: string;
  state: "ours" | "foreign" | "absent";
  /** Of `foreign`. */
  owner?: string;
}

/**
 * Renews the stored registry credentials of a project's services. A service with the name of an app that belongs to
 * something else is not changed, and reported. Continues after a failure.
 * @param desired may have no apps, if only the project's name is known.
 * @throws DeploymentError `UNSUPPORTED` if the strategy stores no credentials; `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, ...
 */
export async function refreshAuth(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: RefreshOptions = {},
): Promise<RefreshReport> {
  const strategy = whileAnswering(withRedaction(rawStrategy, desired));
  checkApps(desired.apps);
  const refresher = requireCapability(strategy, "refreshAuth");
  const began = performance.now();
  const { signal, observer, concurrency = 8 } = options;
  const warnings = tracksOwnership(strategy) ? [] : [ownersUnknownWarning(strategy.manifest.name)];
  for (const warning of warnings) observer?.({ type: "warning", warning });

  const targets = await findTargets(strategy, desired, options);
  const services = await mapLimit(concurrency, targets, async (target) => {
    const verdict = await refreshOne(refresher, target, options);
    observer?.({ type: "refresh", refresh: verdict });
    return verdict;
  });
  return {
    project: desired.project,
    platform: strategy.manifest.name,
    outcome: outcomeOf(services, signal),
    services,
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}

async function findTargets(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  { services: named, signal }: RefreshOptions,
): Promise<RefreshTarget[]> {
  const { apps } = desired;
  const keys = new Map(apps.map(({ service, key }) => [service, key]));
  const names = [...new Set(named ?? keys.keys())];
  if (!tracksOwnership(strategy)) return names.map((service) => ({ service, app: keys.get(service), state: "ours" }));
  const { services } = await observe(strategy, names, { project: desired.project, signal });
  const others = named === undefined ? [...services.keys()].filter((name) => !keys.has(name)) : [];
  return [...names, ...others].flatMap((service): RefreshTarget[] => {
    const found = services.get(service);
    const owner = found && ownerOf(found.labels);
    const target = { service, app: keys.get(service) ?? owner?.app };
    if (found === undefined) return named === undefined ? [] : [{ ...target, state: "absent" }];
    if (ownershipOf(found.labels, desired, names.includes(service)) === "ours") return [{ ...target, state: "ours" }];
    return others.includes(service) ? [] : [{ ...target, state: "foreign", owner: describeOwner(owner, desired) }];
  });
}

async function refreshOne(
  strategy: Refresher,
  { service, app = service, state, owner }: RefreshTarget,
  { signal, observer }: RefreshOptions,
): Promise<RefreshVerdict> {
  const began = performance.now();
  const log = new WarningLog(observer);
  const warned = { key: app, service };
  const verdict = (outcome: RefreshVerdict["outcome"], error?: DeploymentError): RefreshVerdict => ({
    service,
    app,
    outcome,
    ...(error === undefined ? {} : { error }),
    warnings: log.of(warned),
    elapsedMs: Math.round(performance.now() - began),
  });
  if (state === "foreign")
    return { ...verdict("foreign"), ...(owner !== undefined && { reason: `Belongs to ${owner}.` }) };
  if (state === "absent") return verdict("failed", notDeployed(service, app, strategy.manifest.name));
  if (signal?.aborted) return verdict("skipped");
  observer?.({ type: "phase", app, service, phase: "refreshing" });
  try {
    const { renewed, warnings } = await strategy.refreshAuth(service, {
      signal,
      observer: (progress) => {
        if (progress.type === "warning") log.add(warned, [progress.warning]);
        else observer?.({ type: "progress", app, service, progress });
      },
    });
    log.add(warned, warnings);
    return verdict(renewed ? "renewed" : "kept");
  } catch (error) {
    const failure = asDeploymentError(error, service, strategy);
    return signal?.aborted && failure.code === "ABORTED" ? verdict("skipped") : verdict("failed", failure);
  }
}

const notDeployed = (service: string, app: string, strategy: string): DeploymentError =>
  new DeploymentError("NOT_FOUND", `The app ${app} is not deployed: there is no service ${service}.`, {
    service,
    strategy,
    hint: "Run `ofdeploy up` first. `ofdeploy ps` lists the deployed apps.",
  });

const outcomeOf = (verdicts: readonly RefreshVerdict[], signal: AbortSignal | undefined): RefreshReport["outcome"] => {
  if (signal?.aborted && verdicts.some(({ outcome }) => outcome === "skipped")) return "interrupted";
  return verdicts.some(({ outcome }) => outcome === "failed") ? "failed" : "ok";
};
