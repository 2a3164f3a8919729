import {
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ProcessChange,
  requireCapability,
} from "@openfactory/deploy-core";
import { checkServices } from "./check-services.js";
import { whileAnswering } from "../model/answering.js";
import { type ChangeKind, changeLimits, inOrder } from "../model/concurrency.js";
import { withRedaction } from "../model/errors.js";
import { type AppPhase, collectWarnings } from "../model/events.js";
import { tracksOwnership } from "../model/ownership.js";
import { dependencies, dependents, type DesiredProject } from "../model/project.js";
import type { ProcessOperation, ProcessReport, ProcessVerdict } from "../model/report.js";
import { observe } from "../observe/observe.js";
import { ServiceWaits } from "../observe/service-waits.js";
import { blocksOthers, changeAndWait, type ChangeOptions, recheckApps, type SharedLimits } from "./change-apps.js";
import { type LockOptions, withLock } from "./lock.js";
import { type OwnedService, ownedServices } from "./owned-services.js";

export interface ProcessOptions extends LockOptions, ChangeOptions {
  /** Names of apps. Default: all apps that the run's files own. */
  apps?: readonly string[];
  /** Number of apps that are changed at the same time. Default: 8 to start, 32 to restart, 128 to stop. */
  concurrency?: number;
}

const PHASES: Readonly<Record<ProcessOperation, AppPhase>> = {
  restart: "restarting",
  stop: "stopping",
  start: "starting",
};

const KINDS: Readonly<Record<ProcessOperation, ChangeKind>> = { restart: "update", stop: "remove", start: "create" };

/**
 * Restarts, stops or starts apps: an app is stopped after those that depend on it, and started or restarted after those
 * that it depends on. The file does not change: `plan` shows that a stopped app would be started, and the next `up` starts
 * it. Continues after a failure with apps that don't depend on it, and undoes nothing.
 * @param desired may have no apps, if only the project's name is known.
 * @returns the outcome of each app; failures are in the report.
 * @throws DeploymentError before any change: `UNSUPPORTED` (the platform can't do it), `NOT_FOUND` (an app is not deployed),
 * `POLICY_VIOLATION` (a policy forbids an app that would be started), `CONFLICT` (another process holds the lock),
 * `ENGINE_UNREACHABLE`, ...
 */
export async function changeProcesses(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  operation: ProcessOperation,
  options: ProcessOptions = {},
): Promise<ProcessReport> {
  const strategy = whileAnswering(withRedaction(rawStrategy, desired));
  requireCapability(strategy, operation === "restart" ? "restart" : "stop");
  if (!tracksOwnership(strategy)) requireCapability(strategy, "list");
  const began = performance.now();
  const { signal, observer } = options;
  const { project, apps } = desired;
  const { warnings, warn } = collectWarnings(observer);
  const observed = await observe(
    strategy,
    apps.map(({ service }) => service),
    { project, signal },
  );
  const services = ownedServices(desired, observed.services.values(), options.apps);
  if (operation !== "stop") await checkServices(strategy, services, { signal });
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? operation, signal, observer, warn };
  const change = (held: typeof strategy): Promise<ProcessVerdict[]> =>
    changeAll(held, desired, services, operation, options);
  const takesLock = services.length > 0 || options.forceUnlock === true;
  const verdicts = takesLock ? await withLock(strategy, project, locked, change) : [];
  const hasFailed = verdicts.some(({ outcome }) => outcome === "failed");
  const isIncomplete = hasFailed || verdicts.some(({ outcome }) => outcome === "skipped");
  return {
    project,
    platform: strategy.manifest.name,
    outcome: isIncomplete && signal?.aborted ? "interrupted" : hasFailed ? "failed" : "ok",
    apps: verdicts,
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}

async function changeAll(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { project, apps }: DesiredProject,
  services: readonly OwnedService[],
  operation: ProcessOperation,
  options: ProcessOptions,
): Promise<ProcessVerdict[]> {
  const began = performance.now();
  const report = (verdict: ProcessVerdict): ProcessVerdict => {
    options.observer?.({ type: "process", verdict });
    return verdict;
  };
  const waits = new ServiceWaits(options.timeoutMs);
  const limits = { limited: changeLimits(options.concurrency)[KINDS[operation]], waits };
  const before = operation === "stop" ? dependents(apps) : dependencies(apps);
  const firstOf = ({ service }: OwnedService): string[] => before.get(service) ?? [];
  const verdicts = await inOrder<OwnedService, ProcessVerdict>(services, firstOf, async (owned, first) =>
    report(await changeApp(strategy, owned, operation, first.find(blocksOthers)?.app, options, limits)),
  );
  return recheckApps(strategy, verdicts, waits, { ...options, project }, ({ status: _, ...earlier }, result) =>
    report({ ...earlier, ...result, elapsedMs: Math.round(performance.now() - began) }),
  );
}

async function changeApp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, service }: OwnedService,
  operation: ProcessOperation,
  causedBy: string | undefined,
  options: ProcessOptions,
  limits: SharedLimits,
): Promise<ProcessVerdict> {
  const began = performance.now();
  let warnings: ProcessChange["warnings"] = [];
  const change = async (operationOptions: OperationOptions): Promise<"unchanged" | "stopped" | undefined> => {
    const { changed, ...made } = await run(strategy, operation, service, operationOptions);
    ({ warnings } = made);
    for (const warning of warnings) options.observer?.({ type: "warning", app, warning });
    if (!changed) return "unchanged";
    return operation === "stop" ? "stopped" : undefined;
  };
  const result =
    causedBy === undefined
      ? await changeAndWait(strategy, { app, service, phase: PHASES[operation], change, ...limits }, options)
      : ({ outcome: "skipped", causedBy } as const);
  return { app, service, ...result, warnings, elapsedMs: Math.round(performance.now() - began) };
}

const run = (
  strategy: OpenFactoryServiceDeploymentStrategy,
  operation: ProcessOperation,
  service: string,
  options: OperationOptions,
): Promise<ProcessChange> =>
  operation === "restart"
    ? requireCapability(strategy, "restart").restart(service, options)
    : requireCapability(strategy, "stop")[operation](service, options);
