import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  type ProgressEvent,
  requireCapability,
} from "@openfactory/deploy-core";
import { checkServices } from "./check-services.js";
import { whileAnswering } from "../model/answering.js";
import { withRedaction } from "../model/errors.js";
import { collectWarnings, type Observer, progressObserver } from "../model/events.js";
import type { DesiredProject } from "../model/project.js";
import type { ScaleReport, ScaleVerdict } from "../model/report.js";
import type { ProjectWarning } from "../model/warnings.js";
import { withoutSettings } from "../observe/observe.js";
import { waitUntilRunning } from "../observe/observed-service.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { compareAssets, recordOfStatus } from "./assets.js";
import { type LockOptions, withLock } from "./lock.js";
import { findOwnedService } from "./owned-services.js";

export interface ScaleOptions extends LockOptions, ListenerOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Wait until all replicas run. Default true. */
  wait?: boolean;
  /** Time limit until all replicas run, in milliseconds. Default 120000. */
  timeoutMs?: number;
  settleMs?: number;
}

/**
 * Sets the number of replicas of one app. The file does not change, so `plan` shows the difference afterwards, and the next
 * `up` restores the number of the file.
 * @param desired may have no apps, if only the project's name is known.
 * @param app the app's name.
 * @throws DeploymentError `INVALID_REQUEST` (not a number of replicas), `UNSUPPORTED` (the platform or the app has no
 * replicas), `NOT_FOUND`, `POLICY_VIOLATION` (a policy forbids the app, and more replicas would start), `CONFLICT` (the service
 * belongs to something else; another process holds the lock); `TASK_FAILED` or `TIMEOUT` if not all replicas run, and then the
 * number stays as set.
 */
export async function scale(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  app: string,
  replicas: number,
  options: ScaleOptions = {},
): Promise<ScaleReport> {
  const strategy = whileAnswering(withRedaction(rawStrategy, desired));
  requireCapability(strategy, "scale");
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw new DeploymentError("INVALID_REQUEST", `Invalid number of replicas: ${replicas}.`, {
      hint: "Use a whole number, 0 or more.",
    });
  }
  const began = performance.now();
  const { signal, observer, wait = true, timeoutMs = 120_000, settleMs } = options;
  const { project } = desired;
  const before = await findOwnedService(strategy, desired, app, signal);
  const service = before.name;
  const from = before.replicas.desired;
  const { warnings, warn } = collectWarnings(observer);
  const limits = { signal, observer: progressObserver(app, service, observer) };
  // Replicas that were stopped, or that an interrupted run created and did not start, count as desired ones.
  const isIncomplete = replicas > 0 && (before.unfinished === true || before.state === "stopped");
  const hasChanges = from !== replicas || isIncomplete;
  if (replicas > from || isIncomplete) await checkServices(strategy, [{ app, service }], { signal });
  const setReplicas = async (held: typeof strategy): Promise<void> => {
    if (!hasChanges) return;
    observer?.({ type: "phase", app, service, phase: "scaling", detail: `${from} to ${replicas}` });
    await requireCapability(held, "scale").scale(service, replicas, {
      signal,
      observer: withWarnings(limits.observer, warn),
    });
    const old = recordOfStatus(before);
    const assets = compareAssets([old], [{ ...old, replicas }], new Set([service]));
    await deliverAssets(assets, { project, platform: strategy.manifest.name }, options, warn);
  };
  if (hasChanges || options.forceUnlock === true) {
    const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "scale", signal, observer, warn };
    await withLock(strategy, project, locked, setReplicas);
  }
  const status = wait
    ? await waitUntilRunning(strategy, service, { ...limits, timeoutMs, ...(settleMs !== undefined && { settleMs }) })
    : undefined;
  const scaled: ScaleVerdict = {
    app,
    service,
    from,
    to: replicas,
    outcome: status === undefined ? "started" : status.state === "stopped" ? "stopped" : "running",
    ...(status && { status: withoutSettings(status) }),
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
  observer?.({ type: "scale", scaled });
  return { project, platform: strategy.manifest.name, ...scaled };
}

/** A strategy's `scale` returns no warnings, so its warning events are collected. */
const withWarnings =
  (observer: (event: ProgressEvent) => void, warn: (warning: ProjectWarning) => void) =>
  (event: ProgressEvent): void => {
    if (event.type === "warning" && event.warning.code === "INSTANCES_RESTART") {
      warn({ code: event.warning.code, service: event.service, reason: event.warning.reason });
    }
    observer(event);
  };
