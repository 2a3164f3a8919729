import {
  DeploymentError,
  type Limit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { Milestones } from "../model/concurrency.js";
import { asDeploymentError } from "../model/errors.js";
import { type AppPhase, type Observer, progressObserver } from "../model/events.js";
import { withoutSettings } from "../observe/observe.js";
import { waitUntilRunning } from "../observe/observed-service.js";
import type { WaitLimit } from "../observe/wait-limit.js";

/**
 * Changes services in an order: each after those that come before it. All others are changed at the same time.
 * @param before the services that come before one. They must be among `services`.
 * @param change gets the service that failed, or was skipped, and must have come before.
 * @returns the verdicts, in the order of the services.
 */
export function changeInOrder<Service extends { readonly service: string }, Verdict extends { outcome: string }>(
  services: readonly Service[],
  before: (service: string) => readonly string[],
  change: (service: Service, failed: string | undefined) => Promise<Verdict>,
): Promise<Verdict[]> {
  const milestones = new Milestones();
  return Promise.all(
    services.map(async (changed) => {
      const { service } = changed;
      const first = before(service);
      const done = await Promise.all(first.map((each) => milestones.until(each, "ready")));
      const verdict = await change(changed, first[done.indexOf(false)]);
      if (verdict.outcome === "failed" || verdict.outcome === "skipped") milestones.giveUp(service);
      else milestones.reach(service, "ready");
      return verdict;
    }),
  );
}

export interface ChangeOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Wait until the app is ready. Default true. */
  wait?: boolean;
  /** Time limit for an app to get ready, in milliseconds. It starts again whenever another app gets ready. Default 120000. */
  timeoutMs?: number;
  settleMs?: number;
}

/** What the changes of one operation share. */
export interface SharedLimits {
  limited: Limit;
  waitLimit: WaitLimit;
}

/** One change of an app. */
export interface AppChange<Outcome> extends SharedLimits {
  app: string;
  service: string;
  phase: AppPhase;
  /** Changes the service. Resolves with the outcome if there is nothing to wait for. */
  change: (options: OperationOptions) => Promise<Outcome | undefined>;
}

/** The result of a change. */
export interface ChangeResult<Outcome> {
  outcome: Outcome | "running" | "completed" | "stopped" | "started" | "skipped" | "failed";
  error?: DeploymentError;
  status?: ServiceStatus;
}

/** Changes an app, and waits until it is ready. A failure is part of the result. */
export async function changeAndWait<Outcome>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, service, phase, change, limited, waitLimit }: AppChange<Outcome>,
  { signal, observer, wait = true, settleMs }: ChangeOptions,
): Promise<ChangeResult<Outcome>> {
  const limits = { signal, observer: progressObserver(app, service, observer) };
  let isChanged = false;
  try {
    const outcome = await limited(async () => {
      throwIfAborted(signal, { service });
      observer?.({ type: "phase", app, service, phase });
      return change(limits);
    });
    if (outcome !== undefined) return { outcome };
    isChanged = true;
    if (!wait) return { outcome: "started" };
    observer?.({ type: "phase", app, service, phase: "waiting" });
    const options = { ...limits, ...(settleMs !== undefined && { settleMs }) };
    const now = await waitLimit.apply((timeoutMs) => waitUntilRunning(strategy, service, { ...options, timeoutMs }));
    if (now === undefined) return { outcome: "started" };
    const { state } = now;
    return { outcome: state === "completed" || state === "stopped" ? state : "running", status: withoutSettings(now) };
  } catch (error) {
    if (signal?.aborted && DeploymentError.isInstance(error, "ABORTED"))
      return { outcome: isChanged ? "started" : "skipped" };
    return { outcome: "failed", error: asDeploymentError(error, service, strategy) };
  }
}
