import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  type ProgressEvent,
  requireCapability,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { guarded } from "../model/errors.js";
import { type Observer, progressObserver } from "../model/events.js";
import { APP_LABEL } from "../model/labels.js";
import { canTellOwners, isOfProject, ownershipOf, ownerTextOf, type Scope } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import type { ScaleReport, ScaleVerdict } from "../model/report.js";
import type { ProjectWarning } from "../model/warnings.js";
import { observe, observeOne, withoutSettings } from "../observe/observe.js";
import { untilRuns } from "../observe/observed-service.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { compareAssets, recordOfStatus } from "./assets.js";
import { type LockOptions, withLock } from "./lock.js";

/**
 * Sets the number of replicas of one app of a project. The file still says what it said: `plan` shows the difference
 * afterwards, and the next `up` takes it back.
 * @param desired may name no apps at all, where only the project's name is known.
 * @param app the app's name.
 * @throws DeploymentError `INVALID_REQUEST` (not a number of replicas), `UNSUPPORTED` (the platform, or this app, has no
 * replicas), `NOT_FOUND`, `CONFLICT` (the service is not this project's; somebody else changes the project);
 * `TASK_FAILED`, `TIMEOUT` when not all of them run: the number stays as it was set.
 */
export async function scale(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  app: string,
  replicas: number,
  options: ScaleOptions = {},
): Promise<ScaleReport> {
  const strategy = guarded(unguarded, desired);
  const scaling = requireCapability(strategy, "scale");
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw new DeploymentError("INVALID_REQUEST", `${replicas} is not a number of replicas.`, {
      hint: "Name a whole number, 0 or more.",
    });
  }
  const began = performance.now();
  const { signal, observer, wait = true, timeoutMs = 120_000, settleMs } = options;
  const { project } = desired;
  const before = await findService(strategy, desired, app, signal);
  const service = before.name;
  const from = before.replicas.desired;
  const warnings: ProjectWarning[] = [];
  const warn = (warning: ProjectWarning): void => {
    warnings.push(warning);
    observer?.({ type: "warning", warning });
  };
  const limits = { signal, observer: progressObserver(app, service, observer) };
  if (from !== replicas) {
    const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "scale", signal, observer, warn };
    await withLock(strategy, project, locked, async () => {
      observer?.({ type: "phase", app, service, phase: "scaling", detail: `${from} to ${replicas}` });
      await scaling.scale(service, replicas, { signal, observer: passing(limits.observer, warn) });
      const old = recordOfStatus(before);
      const assets = compareAssets([old], [{ ...old, replicas }], new Set([service]));
      await deliverAssets(assets, { project, platform: strategy.manifest.name }, options, warn);
    });
  }
  const status = wait
    ? await untilRuns(strategy, service, { ...limits, timeoutMs, ...(settleMs !== undefined && { settleMs }) })
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

/** `scale` returns no warnings: what the strategy warns of comes as events. */
const passing =
  (observer: (event: ProgressEvent) => void, warn: (warning: ProjectWarning) => void) =>
  (event: ProgressEvent): void => {
    if (event.type === "warning" && event.warning.code === "INSTANCES_RESTART") {
      warn({ code: event.warning.code, service: event.service, reason: event.warning.reason });
    }
    observer(event);
  };

/** @throws DeploymentError `NOT_FOUND`, `CONFLICT`. */
async function findService(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  app: string,
  signal: AbortSignal | undefined,
): Promise<ServiceStatus> {
  const { project, apps } = desired;
  if (!canTellOwners(strategy)) requireCapability(strategy, "list");
  const service = apps.find(({ key }) => key === app)?.service;
  const found =
    service === undefined
      ? await findByLabel(strategy, desired, app, signal)
      : await observeOne(strategy, service, { signal });
  if (found === undefined) {
    throw new DeploymentError("NOT_FOUND", `The project ${project} has no app ${app} that is deployed.`, {
      hint: "`ofdeploy ps` lists what is there.",
    });
  }
  const ownership = ownershipOf(found.labels, desired, true);
  if (ownership === "ours") return found;
  const owner = ownerTextOf(found.labels, desired);
  throw new DeploymentError("CONFLICT", `The service ${found.name} belongs to ${owner}, and was left as it is.`, {
    service: found.name,
    hint: isOfProject(ownership)
      ? "Name that file with --file."
      : "Only what carries the labels of the project is changed.",
  });
}

async function findByLabel(
  strategy: OpenFactoryServiceDeploymentStrategy,
  scope: Scope,
  app: string,
  signal: AbortSignal | undefined,
): Promise<ServiceStatus | undefined> {
  const { services } = await observe(strategy, [], { signal });
  return [...services.values()].find(
    ({ labels }) => ownershipOf(labels, scope, false) === "ours" && labels[APP_LABEL] === app,
  );
}

export interface ScaleOptions extends LockOptions, ListenerOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Wait until all replicas run. Default true. */
  wait?: boolean;
  /** Milliseconds. Default 120000. */
  timeoutMs?: number;
  settleMs?: number;
}
