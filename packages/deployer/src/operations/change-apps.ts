import {
  DeploymentError,
  type Limit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
  throwIfAborted,
} from "@openfactory/deploy-core";
import { asDeploymentError } from "../model/errors.js";
import { type AppPhase, type Observer, progressObserver } from "../model/events.js";
import { withoutSettings } from "../observe/observe.js";
import { waitUntilRunning } from "../observe/observed-service.js";
import type { ServiceWaits } from "../observe/service-waits.js";

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
  waits: ServiceWaits;
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

/** Whether the apps after this one are skipped. */
export const blocksOthers = ({ outcome }: { outcome: string }): boolean =>
  outcome === "failed" || outcome === "skipped";

/** Changes an app, and waits until it is ready. A failure is part of the result. */
export async function changeAndWait<Outcome>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, service, phase, change, limited, waits }: AppChange<Outcome>,
  options: ChangeOptions,
): Promise<ChangeResult<Outcome>> {
  const { signal, observer, wait = true } = options;
  try {
    const outcome = await limited(async () => {
      throwIfAborted(signal, { service });
      observer?.({ type: "phase", app, service, phase });
      return change({ signal, observer: progressObserver(app, service, observer) });
    });
    if (outcome !== undefined) return { outcome };
  } catch (error) {
    if (signal?.aborted && DeploymentError.isInstance(error, "ABORTED")) return { outcome: "skipped" };
    return { outcome: "failed", error: asDeploymentError(error, service, strategy) };
  }
  return wait ? waitForApp(strategy, { app, service }, waits, options) : { outcome: "started" };
}

/** Waits until a changed app is ready. A failure is part of the result. */
async function waitForApp(
  strategy: OpenFactoryServiceDeploymentStrategy,
  { app, service }: Pick<AppChange<never>, "app" | "service">,
  waits: ServiceWaits,
  { signal, observer, settleMs }: ChangeOptions,
): Promise<ChangeResult<never>> {
  observer?.({ type: "phase", app, service, phase: "waiting" });
  const options = {
    signal,
    observer: progressObserver(app, service, observer),
    ...(settleMs !== undefined && { settleMs }),
  };
  try {
    const now = await waits.waitFor(service, (timeoutMs) =>
      waitUntilRunning(strategy, service, { ...options, timeoutMs }),
    );
    if (now === undefined) return { outcome: "started" };
    const { state } = now;
    return { outcome: state === "completed" || state === "stopped" ? state : "running", status: withoutSettings(now) };
  } catch (error) {
    if (signal?.aborted && DeploymentError.isInstance(error, "ABORTED")) return { outcome: "started" };
    return { outcome: "failed", error: asDeploymentError(error, service, strategy) };
  }
}

/**
 * Waits again for the apps of an operation that were ready and have failed or were restarted since, see
 * {@link ServiceWaits.recheck}.
 * @param conclude makes the new verdict of an app from the one before and the result of the wait.
 * @returns the verdicts, in the same order.
 */
export const recheckApps = <Verdict extends { app: string; service: string; error?: DeploymentError }>(
  strategy: OpenFactoryServiceDeploymentStrategy,
  verdicts: readonly Verdict[],
  waits: ServiceWaits,
  options: ChangeOptions & { project: string },
  conclude: (earlier: Verdict, result: ChangeResult<never>) => Verdict,
): Promise<Verdict[]> =>
  waits.recheck(strategy, verdicts, options, async (earlier, settleMs) =>
    conclude(earlier, await waitForApp(strategy, earlier, waits, { ...options, settleMs })),
  );
