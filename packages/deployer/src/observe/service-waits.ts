import {
  DeploymentError,
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { APPS_IN_PROGRESS } from "../model/concurrency.js";
import { canObserve, INSPECT_CONCURRENCY, observe, observeOne } from "./observe.js";

/** A service that got ready less than this time ago is not observed again, in milliseconds. */
const READY_FOR_MS = 5_000;

/** More services than this are not observed again: 5,000 would take 17 MB, and up must not take more than 150 MB. */
const MAX_OBSERVED = 1_000;

/** The restarts of more services than this are not compared, which may take calls for each of them. */
const MAX_COMPARED = 100;

/** How long a process without a health check must run to count as running, if it was restarted after it was ready. */
const SETTLE_AGAIN_MS = 10_000;

/** Whether there is nothing to wait for. A stopped service has 0 replicas, or no eligible node. */
export const isReady = ({ state }: ServiceStatus): boolean =>
  state === "running" || state === "completed" || state === "stopped";

/** How much too early a strategy's timer may fire, in milliseconds. */
const EARLY_MS = 100;

interface RecheckOptions extends Pick<OperationOptions, "signal"> {
  project: string;
  /** The caller's, in milliseconds. Default: the strategy's. */
  settleMs?: number | undefined;
}

interface ReadyService {
  /** In milliseconds of the monotonic clock. */
  since: number;
  /** As the wait saw them. Undefined: it was not waited for, and a listing may not have the number of restarts. */
  instances?: ServiceStatus["instances"] | undefined;
}

/** Whether a listing has the number of restarts. */
const hasRestarts = ({ instances }: ServiceStatus): boolean =>
  instances.length > 0 && instances.every(({ restarts }) => restarts !== undefined);

/** Whether an instance was restarted or replaced. */
const wasRestarted = (before: ServiceStatus["instances"], now: ServiceStatus["instances"]): boolean =>
  now.some(({ id, restarts = 0 }) => restarts > (before.find((instance) => instance.id === id)?.restarts ?? -1));

/**
 * The services that an operation waits for at the same time. Their time limit starts again whenever one of them is ready: an
 * engine starts many services one after another, and a slow one must not fail those that come last.
 */
export class ServiceWaits {
  readonly #timeoutMs: number;
  /** In milliseconds since 1970. */
  #lastReady = 0;
  /** By the names of the services that are ready. */
  readonly #ready = new Map<string, ReadyService>();

  /** @param timeoutMs time limit of each service, in milliseconds. Default 120000. */
  constructor(timeoutMs = 120_000) {
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Waits for one service.
   * @param wait rejects with `TIMEOUT` when its time in milliseconds is over. It is called again with the rest of the limit.
   * @throws DeploymentError from `wait`.
   */
  async waitFor<Status extends ServiceStatus | undefined>(
    service: string,
    wait: (timeoutMs: number) => Promise<Status>,
  ): Promise<Status> {
    for (let timeoutMs = this.#timeoutMs; ;) {
      const began = Date.now();
      try {
        const status = await wait(timeoutMs);
        this.#lastReady = Date.now();
        this.#ready.set(service, { since: performance.now(), instances: status?.instances });
        return status;
      } catch (error) {
        // An engine that did not answer a call is a TIMEOUT, too.
        const isOver = DeploymentError.isInstance(error, "TIMEOUT") && Date.now() - began >= timeoutMs - EARLY_MS;
        if (!isOver) throw error;
        const rest = this.#lastReady + this.#timeoutMs - Date.now();
        if (rest <= 0) throw timeoutMs === this.#timeoutMs ? error : this.#withLimit(error);
        timeoutMs = rest;
      }
    }
  }

  /** Adds a service that is ready without a wait. */
  addReady(service: string): void {
    this.#ready.set(service, { since: performance.now() });
  }

  /**
   * Waits again for services that became ready and are not any more, or were restarted: while an operation waits for one
   * service, another can fail. Observes those that have been ready for more than 5 s, and makes no call if there are none or
   * more than 1000. Finds restarts of at most 100.
   * @param verdicts of the services of the operation. Those with an error stay.
   * @param waitAgain waits for one service with this `settleMs`, and returns its new verdict. Must not reject.
   * @returns the verdicts, in the same order.
   */
  async recheck<Verdict extends { readonly service: string; readonly error?: DeploymentError | undefined }>(
    strategy: OpenFactoryServiceDeploymentStrategy,
    verdicts: readonly Verdict[],
    options: RecheckOptions,
    waitAgain: (verdict: Verdict, settleMs: number, index: number) => Promise<Verdict>,
  ): Promise<Verdict[]> {
    const { settleMs = 0 } = options;
    const unready = new Set(await this.#noLongerReady(strategy, options));
    if (unready.size === 0) return [...verdicts];
    return mapLimit(APPS_IN_PROGRESS, [...verdicts.entries()], async ([index, verdict]) =>
      unready.has(verdict.service) && verdict.error === undefined
        ? waitAgain(verdict, Math.max(settleMs, SETTLE_AGAIN_MS), index)
        : verdict,
    );
  }

  async #noLongerReady(
    strategy: OpenFactoryServiceDeploymentStrategy,
    { project, signal }: RecheckOptions,
  ): Promise<string[]> {
    const now = performance.now();
    const early = [...this.#ready].filter(([, { since }]) => now - since > READY_FOR_MS);
    const names = early.map(([name]) => name);
    if (names.length === 0 || names.length > MAX_OBSERVED || signal?.aborted || !canObserve(strategy)) return [];
    const comparesRestarts = early.length <= MAX_COMPARED;
    const options = { project, signal, instances: comparesRestarts, isSettled: () => true };
    try {
      const { services } = await observe(strategy, names, options);
      const lost = await mapLimit(INSPECT_CONCURRENCY, early, async ([name, { instances }]) => {
        const listed = services.get(name);
        if (listed === undefined || !isReady(listed)) return true;
        if (listed.state !== "running" || instances === undefined || !comparesRestarts) return false;
        const status = hasRestarts(listed) ? listed : await observeOne(strategy, name, { signal });
        return status === undefined || wasRestarted(instances, status.instances);
      });
      return names.filter((_, index) => lost[index]);
    } catch {
      // The state of all of them is unknown. A wait for each has the error.
      return names;
    }
  }

  /** The error of a repeated wait names only the rest of the limit. */
  #withLimit(error: DeploymentError): DeploymentError {
    const message = `${error.message} No app got ready for ${this.#timeoutMs / 1000} s.`;
    return new DeploymentError(error.code, message, { ...error, issues: [...error.issues], cause: error.cause });
  }
}
