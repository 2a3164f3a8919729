import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import type { DesiredProject, ScaleOptions, ScaleReport } from "@openfactory/deployer";
import { chooseDeployed, type NamedApp } from "../choose-apps.js";
import { UsageError } from "../errors.js";
import type { ExitCode } from "../exit-codes.js";
import type { CommandContext } from "../options/context.js";
import { formatDuration, stripControlChars } from "../output/format.js";
import { openStrategy } from "../platforms.js";
import { loadProject } from "../project.js";
import { runOperation } from "./run-operation.js";

export interface ScaleCommandOptions {
  /** The number of replicas by app, service or device. */
  replicas: Record<string, number>;
  wait?: boolean;
  timeout?: number;
  forceUnlock?: boolean;
}

interface ScaleTarget {
  app: string;
  replicas: number;
}

/** The result for one app. */
export type ScaledApp = Pick<ScaleReport, "app" | "to" | "warnings" | "elapsedMs"> &
  // Unknown if the app failed or was skipped.
  Partial<Pick<ScaleReport, "service" | "from" | "status">> & {
    /** `skipped`: the run ended before this app. */
    outcome: ScaleReport["outcome"] | "failed" | "skipped";
    error?: DeploymentError;
  };

interface ScaleAllReport {
  project: string;
  platform: string;
  outcome: "ok" | "failed" | "interrupted";
  /** In the order of the command line. */
  apps: readonly ScaledApp[];
  elapsedMs: number;
}

export async function scaleCommand(context: CommandContext<ScaleCommandOptions>): Promise<ExitCode> {
  const { io, options } = context;
  const desired = await loadProject(options, io);
  const strategy = await openStrategy(options, io);
  return runOperation(strategy, context, {
    command: "scale",
    consequence: "apps that were scaled stay scaled; no more are started",
    run: async (hooks) => {
      const targets: ScaleTarget[] = [];
      for (const [name, replicas] of Object.entries(options.replicas)) {
        for (const target of scaleTargets(name, replicas, await chooseDeployed([name], desired, strategy))) {
          if (targets.some(({ app }) => app === target.app))
            throw new UsageError(`The app ${target.app} is given twice.`, "Name each app once.");
          targets.push(target);
        }
      }
      return scaleAll(strategy, desired, targets, {
        ...hooks,
        wait: options.wait ?? true,
        timeoutMs: options.timeout,
        forceUnlock: options.forceUnlock,
      });
    },
    text: ({ apps }) => apps.map((scaled) => `${stripControlChars(scaled.app)}: ${resultText(scaled)}\n`).join(""),
    errors: ({ apps }) => apps.map(({ error }) => error),
  });
}

/**
 * The apps to scale for one name. The services of a device run once each: the name of the device stops (0) or starts (1)
 * all of them.
 * @throws DeploymentError `INVALID_REQUEST` for more than one replica of a device.
 */
function scaleTargets(name: string, replicas: number, apps: readonly NamedApp[]): ScaleTarget[] {
  const isDevice = apps.some(({ key, device }) => device?.key === name && key !== name);
  if (isDevice && replicas > 1) {
    const services = apps.map(({ key }) => key).join(", ");
    throw new DeploymentError(
      "INVALID_REQUEST",
      `The device ${name} can't have ${replicas} replicas. Its services are ${services}.`,
      { hint: `Scale one of its services, or pass ${name}=0 to stop all of them and ${name}=1 to start them.` },
    );
  }
  return apps.map(({ key }) => ({ app: key, replicas }));
}

/** Scales the apps in sequence. The first failure ends the run; apps scaled before keep their new number of replicas. */
async function scaleAll(
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
    // The first app releases another run's lock. A lock that is acquired later is respected.
    const each = { ...options, forceUnlock: apps.length === 0 && options.forceUnlock };
    const scaled = outcome === "ok" ? await scaleOne(strategy, desired, target, each) : notScaled(target, "skipped");
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
  const { scale } = await import("@openfactory/deployer");
  try {
    const {
      project: _,
      platform: __,
      ...scaled
    } = await scale(strategy, desired, target.app, target.replicas, options);
    return scaled;
  } catch (error) {
    if (!DeploymentError.isInstance(error)) throw error;
    return { ...notScaled(target, "failed"), error };
  }
}

const notScaled = ({ app, replicas }: ScaleTarget, outcome: "failed" | "skipped"): ScaledApp => ({
  app,
  to: replicas,
  outcome,
  warnings: [],
  elapsedMs: 0,
});

/** `1 => 3 replicas, running in 2.1 s`. */
function resultText({ from, to, outcome, elapsedMs }: ScaledApp): string {
  const count = `${to} ${to === 1 ? "replica" : "replicas"}`;
  const change = from === undefined || from === to ? count : `${from} => ${count}`;
  if (outcome === "running") return `${change}, running in ${formatDuration(elapsedMs)}`;
  return `${change}${outcome === "failed" || outcome === "skipped" ? ": " : ", "}${outcome}`;
}
