import {
  type Capabilities,
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  requireCapability,
} from "@openfactory/deploy-core";
import { checkApps } from "../check/check-project.js";
import { eachBounded } from "../model/concurrency.js";
import { asDeploymentError, guarded } from "../model/errors.js";
import { type Observer, WarningLog } from "../model/events.js";
import { ownerOf } from "../model/labels.js";
import { canTellOwners, ownershipOf, ownerText } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import type { RefreshReport, RefreshVerdict } from "../model/report.js";
import { ownersUnknown } from "../model/warnings.js";
import { observe } from "../observe/observe.js";

export interface RefreshOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Names of the services to refresh. Default: all of the project, those that no desired app has among them. */
  services?: readonly string[];
  /** How many are refreshed at the same time. Default 8. */
  concurrency?: number;
}

type Refresher = OpenFactoryServiceDeploymentStrategy & Capabilities["refreshAuth"];

/** A service whose credentials are wanted new. */
interface Wanted {
  service: string;
  app?: string;
  state: "ours" | "foreign" | "absent";
  /** Of `foreign`: to what it belongs. */
  owner?: string;
}

/**
 * Renews the registry credentials that the services of a project store. A service is the project's by its labels;
 * somebody else's by an app's name is left alone and told. One that fails does not keep the others.
 * @param desired may name no apps at all, where only the project's name is known.
 * @throws DeploymentError `UNSUPPORTED` if the strategy stores none; `ENGINE_UNREACHABLE`, `NOT_A_SWARM_MANAGER`, ...
 */
export async function refreshAuth(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: RefreshOptions = {},
): Promise<RefreshReport> {
  const strategy = guarded(unguarded, desired);
  checkApps(desired.apps);
  const refresher = requireCapability(strategy, "refreshAuth");
  const began = performance.now();
  const { signal, observer, concurrency = 8 } = options;
  const warnings = canTellOwners(strategy) ? [] : [ownersUnknown(strategy.manifest.name)];
  for (const warning of warnings) observer?.({ type: "warning", warning });

  const wanted = await findWanted(strategy, desired, options);
  const services = await eachBounded(concurrency, wanted, async (one) => {
    const verdict = await refreshOne(refresher, one, options);
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

async function findWanted(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  { services: named, signal }: RefreshOptions,
): Promise<Wanted[]> {
  const { apps } = desired;
  const keys = new Map(apps.map(({ service, key }) => [service, key]));
  const names = [...new Set(named ?? keys.keys())];
  if (!canTellOwners(strategy)) return names.map((service) => ({ service, app: keys.get(service), state: "ours" }));
  const { services } = await observe(strategy, names, { signal });
  const others = named === undefined ? [...services.keys()].filter((name) => !keys.has(name)) : [];
  return [...names, ...others].flatMap((service): Wanted[] => {
    const found = services.get(service);
    const owner = found && ownerOf(found.labels);
    const wanted = { service, app: keys.get(service) ?? owner?.app };
    if (found === undefined) return named === undefined ? [] : [{ ...wanted, state: "absent" }];
    if (ownershipOf(found.labels, desired, names.includes(service)) === "ours") return [{ ...wanted, state: "ours" }];
    return others.includes(service) ? [] : [{ ...wanted, state: "foreign", owner: ownerText(owner, desired) }];
  });
}

async function refreshOne(
  strategy: Refresher,
  { service, app = service, state, owner }: Wanted,
  { signal, observer }: RefreshOptions,
): Promise<RefreshVerdict> {
  const began = performance.now();
  const log = new WarningLog(app, observer);
  const verdict = (outcome: RefreshVerdict["outcome"], error?: DeploymentError): RefreshVerdict => ({
    service,
    app,
    outcome,
    ...(error === undefined ? {} : { error }),
    warnings: log.all(),
    elapsedMs: Math.round(performance.now() - began),
  });
  if (state === "foreign")
    return { ...verdict("foreign"), ...(owner !== undefined && { reason: `It belongs to ${owner}.` }) };
  if (state === "absent") return verdict("failed", notDeployed(service, app, strategy.manifest.name));
  if (signal?.aborted) return verdict("skipped");
  observer?.({ type: "phase", app, service, phase: "refreshing" });
  try {
    const { renewed, warnings } = await strategy.refreshAuth(service, {
      signal,
      observer: (progress) => {
        if (progress.type === "warning") log.add(progress.warning);
        else observer?.({ type: "progress", app, service, progress });
      },
    });
    log.add(...warnings);
    return verdict(renewed ? "renewed" : "kept");
  } catch (error) {
    const failure = asDeploymentError(error, service, strategy);
    return signal?.aborted && failure.code === "ABORTED" ? verdict("skipped") : verdict("failed", failure);
  }
}

const notDeployed = (service: string, app: string, strategy: string): DeploymentError =>
  new DeploymentError("NOT_FOUND", `${app} is not deployed: there is no service ${service}.`, {
    service,
    strategy,
    hint: "Run `ofdeploy up` first; `ofdeploy ps` shows what is deployed.",
  });

const outcomeOf = (verdicts: readonly RefreshVerdict[], signal: AbortSignal | undefined): RefreshReport["outcome"] => {
  if (signal?.aborted && verdicts.some(({ outcome }) => outcome === "skipped")) return "interrupted";
  return verdicts.some(({ outcome }) => outcome === "failed") ? "failed" : "ok";
};
