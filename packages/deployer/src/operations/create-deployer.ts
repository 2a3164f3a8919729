import type { OpenFactoryServiceDeploymentStrategy, OperationOptions } from "@openfactory/deploy-core";
import type { DeployerEvent, Observer } from "../model/events.js";
import { type PolicyOptions, withPolicy } from "../model/policy.js";
import type { Plan } from "../model/plan.js";
import type { DesiredProject } from "../model/project.js";
import type { DownReport, RefreshReport, RollbackReport, ScaleReport, UpReport } from "../model/report.js";
import { plan, type PlanOptions } from "../plan/plan.js";
import { down, type DownOptions } from "./down.js";
import { ps, type PsRow } from "./ps.js";
import { refreshAuth, type RefreshOptions } from "./refresh-auth.js";
import { rollback, type RollbackOptions } from "./rollback.js";
import { scale, type ScaleOptions } from "./scale.js";
import { up, type UpOptions } from "./up.js";

/**
 * An operation that has started. Iterating yields its events, from the first one on, and ends with the operation; it throws
 * the error of an operation that is rejected. Leaving the loop early does not cancel the operation: abort its `signal`.
 * Each event is yielded once, so that only one loop can read them.
 */
export interface DeployerRun<Report> extends AsyncIterable<DeployerEvent> {
  /** Settles at the end, also if no one reads the events. */
  readonly report: Promise<Report>;
}

type WithoutObserver<Options> = Omit<Options, "observer">;

/** The operations on projects with one strategy. `signal` of their options cancels; `up` then reverts its changes. */
export interface Deployer {
  plan(desired: DesiredProject, options?: PlanOptions): Promise<Plan>;
  ps(desired: DesiredProject, options?: OperationOptions): Promise<PsRow[]>;
  up(desired: DesiredProject, options?: WithoutObserver<UpOptions>): DeployerRun<UpReport>;
  down(desired: DesiredProject, options?: WithoutObserver<DownOptions>): DeployerRun<DownReport>;
  rollback(desired: DesiredProject, options?: WithoutObserver<RollbackOptions>): DeployerRun<RollbackReport>;
  scale(
    desired: DesiredProject,
    app: string,
    replicas: number,
    options?: WithoutObserver<ScaleOptions>,
  ): DeployerRun<ScaleReport>;
  refreshAuth(desired: DesiredProject, options?: WithoutObserver<RefreshOptions>): DeployerRun<RefreshReport>;
}

/**
 * Binds the operations to a strategy, for programs. The caller closes the strategy.
 * @param options.policy what the operations refuse: see {@link PolicyOptions}. Default: nothing.
 */
export function createDeployer(
  plainStrategy: OpenFactoryServiceDeploymentStrategy,
  { policy }: { policy?: PolicyOptions } = {},
): Deployer {
  const strategy = policy === undefined ? plainStrategy : withPolicy(plainStrategy, policy);
  return {
    plan: (desired, options) => plan(strategy, desired, options),
    ps: (desired, options) => ps(strategy, desired, options),
    up: (desired, options) => start((observer) => up(strategy, desired, { ...options, observer })),
    down: (desired, options) => start((observer) => down(strategy, desired, { ...options, observer })),
    rollback: (desired, options) => start((observer) => rollback(strategy, desired, { ...options, observer })),
    scale: (desired, app, replicas, options) =>
      start((observer) => scale(strategy, desired, app, replicas, { ...options, observer })),
    refreshAuth: (desired, options) => start((observer) => refreshAuth(strategy, desired, { ...options, observer })),
  };
}

/** Starts an operation, and keeps its events until they are read. */
function start<Report>(operation: (observer: Observer) => Promise<Report>): DeployerRun<Report> {
  const waiting: DeployerEvent[] = [];
  let notify = (): void => {};
  let ended = false;
  const report = operation((event) => {
    waiting.push(event);
    notify();
  });
  const end = (): void => {
    ended = true;
    notify();
  };
  // Handles the rejection too, for a caller that only iterates.
  report.then(end, end);
  async function* events(): AsyncGenerator<DeployerEvent, void> {
    for (;;) {
      const event = waiting.shift();
      if (event !== undefined) yield event;
      else if (ended) break;
      else await new Promise<void>((resolve) => (notify = resolve));
    }
    await report;
  }
  return { report, [Symbol.asyncIterator]: events };
}
