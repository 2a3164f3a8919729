import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { type DesiredProject, scale, type ScaleOptions } from "@openfactory/deployer";
import type { ScaleAllReport, ScaledApp } from "./scale-all-report.js";

/** An app by its name, and how many replicas of it should run. */
export interface ScaleTarget {
  app: string;
  replicas: number;
}

/** Scales apps one after the other. The first failure ends the run; what was scaled by then stays. */
export async function scaleAll(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  targets: readonly ScaleTarget[],
  options: ScaleOptions,
): Promise<ScaleAllReport> {
  const began = performance.now();
  const apps: ScaledApp[] = [];
  let outcome: ScaleAllReport["outcome"] = "ok";
  for (const target of targets) {
    if (outcome === "ok" && options.signal?.aborted) outcome = "interrupted";
    const scaled = outcome === "ok" ? await scaleOne(strategy, desired, target, options) : untouched(target, "skipped");
    if (scaled.outcome === "failed") outcome = options.signal?.aborted ? "interrupted" : "failed";
    apps.push(scaled);
  }
  const { project } = desired;
  return { project, platform: strategy.manifest.name, outcome, apps, elapsedMs: Math.round(performance.now() - began) };
}

async function scaleOne(
  strategy: OpenFactoryServiceDeploymentStrategy,
  desired: DesiredProject,
  target: ScaleTarget,
  options: ScaleOptions,
): Promise<ScaledApp> {
  try {
    const {
      project: _,
      platform: __,
      ...scaled
    } = await scale(strategy, desired, target.app, target.replicas, options);
    return scaled;
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    return { ...untouched(target, "failed"), error };
  }
}

const untouched = ({ app, replicas }: ScaleTarget, outcome: "failed" | "skipped"): ScaledApp => ({
  app,
  to: replicas,
  outcome,
  warnings: [],
  elapsedMs: 0,
});
