import {
  type DeploymentError,
  type OpenFactoryServiceDeploymentStrategy,
  requireCapability,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { asDeploymentError, withRedaction } from "../model/errors.js";
import { type Observer, progressObserver } from "../model/events.js";
import type { DesiredProject } from "../model/project.js";
import { withoutSettings } from "../observe/observe.js";
import { ServiceWaits } from "../observe/service-waits.js";

export interface WaitForOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Time limit for each app, in milliseconds. It starts again whenever another app gets ready. Default 120000. */
  timeoutMs?: number;
}

/** The result of waiting for one app. Plain data. */
export interface WaitVerdict {
  app: string;
  service: string;
  outcome: "running" | "completed" | "stopped" | "failed";
  error?: DeploymentError;
  /** The last observed status, without settings. */
  status?: ServiceStatus;
  elapsedMs: number;
}

/** The result of `waitFor`. Plain data. */
export interface WaitReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** In the order of the names. */
  apps: readonly WaitVerdict[];
  elapsedMs: number;
}

/**
 * Waits until apps are ready (running, and healthy if they have a health check) or have completed. Changes nothing.
 * @returns the outcome of each app; failures (`TASK_FAILED`, `TIMEOUT`, `NOT_FOUND`) are in the report.
 * @throws DeploymentError `UNSUPPORTED` if the strategy can't wait.
 */
export async function waitFor(
  rawStrategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  apps: readonly { readonly key: string; readonly service: string }[],
  { signal, observer, timeoutMs }: WaitForOptions = {},
): Promise<WaitReport> {
  const strategy = requireCapability(withRedaction(rawStrategy, desired), "wait");
  const began = performance.now();
  const waits = new ServiceWaits(timeoutMs);
  const waitForOne = async (
    { app, service }: Pick<WaitVerdict, "app" | "service">,
    settleMs?: number,
  ): Promise<WaitVerdict> => {
    observer?.({ type: "phase", app, service, phase: "waiting" });
    const done = (verdict: Pick<WaitVerdict, "outcome" | "error" | "status">): WaitVerdict => ({
      app,
      service,
      ...verdict,
      elapsedMs: Math.round(performance.now() - began),
    });
    try {
      const limits = {
        signal,
        observer: progressObserver(app, service, observer),
        ...(settleMs !== undefined && { settleMs }),
      };
      const status = await waits.waitFor(service, (restMs) => strategy.wait(service, { ...limits, timeoutMs: restMs }));
      const { state } = status;
      const outcome = state === "completed" || state === "stopped" ? state : "running";
      return done({ outcome, status: withoutSettings(status) });
    } catch (error) {
      return done({ outcome: "failed", error: asDeploymentError(error, service, strategy) });
    }
  };
  const { project } = desired;
  const first = await Promise.all(apps.map(({ key, service }) => waitForOne({ app: key, service })));
  const verdicts = await waits.recheck(strategy, first, { project, signal }, waitForOne);
  const hasFailed = verdicts.some(({ outcome }) => outcome === "failed");
  return {
    project,
    platform: strategy.manifest.name,
    outcome: !hasFailed ? "ok" : signal?.aborted ? "interrupted" : "failed",
    apps: verdicts,
    elapsedMs: Math.round(performance.now() - began),
  };
}
