import {
  DeploymentError,
  limit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ProcessChange,
  requireCapability,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { Milestones } from "../model/concurrency.js";
import { asDeploymentError, withRedaction } from "../model/errors.js";
import { type AppPhase, type Observer, progressObserver } from "../model/events.js";
import { tracksOwnership } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import type { ProcessOperation, ProcessReport, ProcessVerdict } from "../model/report.js";
import type { ProjectWarning } from "../model/warnings.js";
import { observe, withoutSettings } from "../observe/observe.js";
import { waitUntilRunning } from "../observe/observed-service.js";
import { type LockOptions, withLock } from "./lock.js";
import { type OwnedService, ownedServices } from "./owned-services.js";

export interface ProcessOptions extends LockOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Names of apps. Default: all apps that the run's files own. */
  apps?: readonly string[];
  /** After a restart or a start, wait until each app is ready. Default true. */
  wait?: boolean;
  /** As in `UpOptions`. */
  timeoutMs?: number;
  /** As in `UpOptions`. */
  settleMs?: number;
  /** Number of apps that are changed at the same time. Default 8. */
  concurrency?: number;
}

const PHASES: Readonly<Record<ProcessOperation, AppPhase>> = {
  restart: "restarting",
  stop: "stopping",
  start: "starting",
};

/**
 * Restarts, stops or starts apps: an app is stopped after those that depend on it, and started or restarted after those
 * that it depends on. The file does not change: `plan` shows that a stopped app would be started, and the next `up` starts
 * it. Continues after a failure with apps that don't depend on it, and undoes nothing.
 * @param desired may have no apps, if only the project's name is known.
 * @returns the outcome of each app; failures are in the report.
 * @throws DeploymentError before any change: `UNSUPPORTED` (the platform can't do it), `NOT_FOUND` (an app is not deployed),
 * `CONFLICT` (another process holds the lock), `ENGINE_UNREACHABLE`, ...
 */
export async function changeProcesses(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  operation: ProcessOperation,
  options: ProcessOptions = {},
): Promise<ProcessReport> {
  const strategy = withRedaction(rawStrategy, desired);
  requireCapability(strategy, operation === "restart" ? "restart" : "stop");
  if (!tracksOwnership(strategy)) requireCapability(strategy, "list");
  const began = performance.now();
  const { signal, observer } = options;
  const { project, apps } = desired;
  const warnings: ProjectWarning[] = [];
  const warn = (warning: ProjectWarning): void => {
    warnings.push(warning);
    observer?.({ type: "warning", warning });
  };
  const observed = await observe(
    strategy,
    apps.map(({ service }) => service),
    { signal },
  );
  const services = ownedServices(desired, observed.services.values(), options.apps);
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? operation, signal, observer, warn };
  const change = (): Promise<ProcessVerdict[]> => changeAll(strategy, desired, services, operation, options);
  const verdicts = services.length > 0 ? await withLock(strategy, project, locked, change) : [];
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
  { apps }: DesiredProject,
  services: readonly OwnedService[],
  operation: ProcessOperation,
  options: ProcessOptions,
): Promise<ProcessVerdict[]> {
  const limited = limit(options.concurrency ?? 8);
  const milestones = new Milestones();
  const names = new Map(services.map(({ service, app }) => [service, app]));
  const edges = apps.flatMap(({ service, dependsOn }) =>
    dependsOn.map((needed) =>
      operation === "stop" ? { first: service, next: needed.service } : { first: needed.service, next: service },
    ),
  );
  return Promise.all(
    services.map(async (owned): Promise<ProcessVerdict> => {
      const { service } = owned;
      const before = edges.filter(({ first, next }) => next === service && names.has(first)).map(({ first }) => first);
      const done = await Promise.all(before.map((first) => milestones.until(first, "ready")));
      const causedBy = names.get(before[done.indexOf(false)] ?? "");
      const verdict = await changeApp(strategy, owned, operation, causedBy, options, limited);
      if (verdict.outcome === "failed" || verdict.outcome === "skipped") milestones.giveUp(service);
      else milestones.reach(service, "ready");
      options.observer?.({ type: "process", verdict });
      return verdict;
    }),
  );
}

async function changeApp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, service }: OwnedService,
  operation: ProcessOperation,
  causedBy: string | undefined,
  { signal, observer, wait = true, timeoutMs = 120_000, settleMs }: ProcessOptions,
  limited: ReturnType<typeof limit>,
): Promise<ProcessVerdict> {
  const began = performance.now();
  let warnings: ProcessChange["warnings"] = [];
  const verdict = (outcome: ProcessVerdict["outcome"], more: Partial<ProcessVerdict> = {}): ProcessVerdict => ({
    app,
    service,
    outcome,
    ...more,
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  });
  if (causedBy !== undefined) return verdict("skipped", { causedBy });
  const limits = { signal, observer: progressObserver(app, service, observer) };
  let isChanged = false;
  try {
    const change = await limited(async () => {
      throwIfAborted(signal, { service });
      observer?.({ type: "phase", app, service, phase: PHASES[operation] });
      return run(strategy, operation, service, limits);
    });
    ({ warnings, changed: isChanged } = change);
    for (const warning of warnings) observer?.({ type: "warning", app, warning });
    if (!isChanged) return verdict("unchanged");
    if (operation === "stop") return verdict("stopped");
    if (!wait) return verdict("started");
    observer?.({ type: "phase", app, service, phase: "waiting" });
    const now = await waitUntilRunning(strategy, service, {
      ...limits,
      timeoutMs,
      ...(settleMs !== undefined && { settleMs }),
    });
    if (now === undefined) return verdict("started");
    return verdict(now.state === "completed" || now.state === "stopped" ? now.state : "running", {
      status: withoutSettings(now),
    });
  } catch (error) {
    if (signal?.aborted && DeploymentError.isInstance(error, "ABORTED"))
      return verdict(isChanged ? "started" : "skipped");
    return verdict("failed", { error: asDeploymentError(error, service, strategy) });
  }
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
