import {
  DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  requireCapability,
  type ServiceStatus,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { Milestones, slots } from "../model/concurrency.js";
import { asDeploymentError, guarded } from "../model/errors.js";
import { type Observer, progressObserver } from "../model/events.js";
import { UUID_LABEL } from "../model/labels.js";
import { canTellOwners } from "../model/ownership.js";
import type { DesiredProject } from "../model/project.js";
import type { RollbackReport, RollbackVerdict } from "../model/report.js";
import type { ProjectWarning } from "../model/warnings.js";
import { observe, withoutSettings } from "../observe/observe.js";
import { untilRuns } from "../observe/observed-service.js";
import { deliverAssets, type ListenerOptions } from "./asset-listeners.js";
import { compareAssets, recordsOfProject } from "./assets.js";
import { type Choice, chooseVersions } from "./choose-versions.js";
import { type LockOptions, withLock } from "./lock.js";

/**
 * Brings back what apps were before: of those that are named, or of all that the newest run changed. Apps go in the order
 * of their dependencies; a failure does not stop the others, and puts nothing forward again.
 * @param desired may name no apps at all, where only the project's name is known.
 * @returns what became of each: failures are in the report.
 * @throws DeploymentError before anything was changed: `UNSUPPORTED` (the platform keeps no earlier versions),
 * `NOT_FOUND` (an app is not deployed), `CONFLICT` (somebody else changes the project), `ENGINE_UNREACHABLE`, ...
 */
export async function rollback(
  unguarded: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  options: RollbackOptions = {},
): Promise<RollbackReport> {
  const strategy = guarded(unguarded, desired);
  requireCapability(strategy, "rollback");
  if (!canTellOwners(strategy)) requireCapability(strategy, "list");
  const began = performance.now();
  const { signal, observer, apps: names } = options;
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
  const { choices, run } = chooseVersions(desired, observed.services.values(), names);
  const locked = { forceUnlock: options.forceUnlock, purpose: options.purpose ?? "rollback", signal, observer, warn };
  const goBack = async (): Promise<RollbackVerdict[]> => {
    const verdicts = await bringBackAll(strategy, desired, choices, options);
    const assets = assetsOfRollback(observed.services, project, choices, verdicts);
    await deliverAssets(assets, { project, platform: strategy.manifest.name }, options, warn);
    return verdicts;
  };
  const canGo = choices.some(isGoing);
  const verdicts = canGo ? await withLock(strategy, project, locked, goBack) : await goBack();
  return {
    project,
    platform: strategy.manifest.name,
    ...(run !== undefined && { run }),
    outcome: outcomeOf(verdicts, names !== undefined, signal),
    apps: verdicts,
    warnings,
    elapsedMs: Math.round(performance.now() - began),
  };
}

/** Assets of the services that are at another version now. */
function assetsOfRollback(
  services: ReadonlyMap<string, ServiceStatus>,
  project: string,
  choices: readonly Choice[],
  verdicts: readonly RollbackVerdict[],
) {
  const back = new Set(
    verdicts
      .filter(
        ({ outcome }) =>
          outcome === "running" || outcome === "completed" || outcome === "stopped" || outcome === "started",
      )
      .map(({ service }) => service),
  );
  const now = new Map(services);
  for (const [index, { service, status }] of choices.entries()) {
    if (!back.has(service) || status.previous === undefined) continue;
    const { image, labels } = verdicts[index]?.status ?? status.previous;
    // A version of an earlier release has no UUID on it.
    const uuid = status.labels[UUID_LABEL];
    now.set(service, { ...status, image, labels: { ...(uuid !== undefined && { [UUID_LABEL]: uuid }), ...labels } });
  }
  return compareAssets(recordsOfProject(services.values(), project), recordsOfProject(now.values(), project), back);
}

const isGoing = ({ obstacle, left }: Choice): boolean => obstacle === undefined && left === undefined;

async function bringBackAll(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { apps }: DesiredProject,
  choices: readonly Choice[],
  options: RollbackOptions,
): Promise<RollbackVerdict[]> {
  const inTurn = slots(options.concurrency ?? 4);
  const milestones = new Milestones();
  const going = new Map(choices.flatMap((choice) => (isGoing(choice) ? [[choice.service, choice.app] as const] : [])));
  const needs = new Map(apps.map(({ service, dependsOn }) => [service, dependsOn]));
  return Promise.all(
    choices.map(async (choice): Promise<RollbackVerdict> => {
      const { service } = choice;
      const dependencies = (needs.get(service) ?? []).filter((needed) => going.has(needed.service));
      const ready = await Promise.all(dependencies.map((needed) => milestones.until(needed.service, "ready")));
      const blocker = dependencies[ready.indexOf(false)];
      const because = blocker && going.get(blocker.service);
      const verdict = await bringBack(strategy, choice, because, options, inTurn);
      if (verdict.outcome === "failed" || verdict.outcome === "skipped") milestones.giveUp(service);
      else milestones.reach(service, "ready");
      options.observer?.({ type: "rollback", verdict });
      return verdict;
    }),
  );
}

async function bringBack(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, service, status, obstacle, left }: Choice,
  because: string | undefined,
  { signal, observer, wait = true, timeoutMs = 120_000, settleMs }: RollbackOptions,
  inTurn: ReturnType<typeof slots>,
): Promise<RollbackVerdict> {
  const began = performance.now();
  const verdict = (outcome: RollbackVerdict["outcome"], more: Partial<RollbackVerdict> = {}): RollbackVerdict => ({
    app,
    service,
    outcome,
    from: status.image,
    ...(status.previous && { to: status.previous.image }),
    ...more,
    elapsedMs: Math.round(performance.now() - began),
  });
  if (obstacle !== undefined) return verdict("no-previous", { reason: obstacle });
  if (left !== undefined) return verdict("skipped", { reason: left });
  if (because !== undefined) return verdict("skipped", { because });
  const tell = (phase: "rolling-back" | "waiting"): void => observer?.({ type: "phase", app, service, phase });
  let isBack = false;
  try {
    const limits = { signal, observer: progressObserver(app, service, observer) };
    await inTurn(async () => {
      throwIfAborted(signal, { service });
      tell("rolling-back");
      await requireCapability(strategy, "rollback").rollback(service, limits);
      isBack = true;
    });
    if (!wait) return verdict("started");
    tell("waiting");
    const now = await untilRuns(strategy, service, {
      ...limits,
      timeoutMs,
      ...(settleMs !== undefined && { settleMs }),
    });
    if (now === undefined) return verdict("started");
    const { state } = now;
    return verdict(state === "completed" || state === "stopped" ? state : "running", { status: withoutSettings(now) });
  } catch (error) {
    if (signal?.aborted && DeploymentError.isInstance(error, "ABORTED")) return verdict(isBack ? "started" : "skipped");
    return verdict("failed", { error: asDeploymentError(error, service, strategy) });
  }
}

/** Nothing brought back is no success, nor is an app that was named and stays as it is. */
function outcomeOf(
  verdicts: readonly RollbackVerdict[],
  isNamed: boolean,
  signal: AbortSignal | undefined,
): RollbackReport["outcome"] {
  const has = (...outcomes: RollbackVerdict["outcome"][]): boolean =>
    verdicts.some(({ outcome }) => outcomes.includes(outcome));
  if (has("failed") || (isNamed && has("no-previous"))) return "failed";
  if (signal?.aborted && has("skipped", "started")) return "interrupted";
  return has("running", "completed", "stopped", "started") ? "ok" : "failed";
}

export interface RollbackOptions extends LockOptions, ListenerOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /**
   * Apps to bring back, by name, whatever their previous version is: done twice, an app is back at the newer one.
   * Default: those whose last change was made by the newest run, as far as they have an earlier version.
   */
  apps?: readonly string[];
  /** As in {@link UpOptions}. */
  wait?: boolean;
  timeoutMs?: number;
  settleMs?: number;
  concurrency?: number;
}
