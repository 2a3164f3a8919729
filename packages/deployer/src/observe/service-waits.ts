import {
  DeploymentError,
  mapLimit,
  type OpenFactoryServiceDeploymentStrategy,
  type OperationOptions,
  type ServiceStatus,
} from "@openfactory/deploy-core";
import { APPS_IN_PROGRESS } from "../model/concurrency.js";
import { canObserve, observe } from "./observe.js";

/** A service that got ready less than this time ago is not observed again, in milliseconds. */
const READY_FOR_MS = 5_000;

/** Whether there is nothing to wait for. A stopped service has 0 replicas, or no eligible node. */
export const isReady = ({ state }: ServiceStatus): boolean =>
  state === "running" || state === "completed" || state === "stopped";

/** How much too early a strategy's timer may fire, in milliseconds. */
const EARLY_MS = 100;

/**
 * The services that an operation waits for at the same time. Their time limit starts again whenever one of them is ready: an
 * engine starts many services one after another, and a slow one must not fail those that come last.
 */
export class ServiceWaits {
  readonly #timeoutMs: number;
  /** In milliseconds since 1970. */
  #lastReady = 0;
  /** When each service became ready, by its name, in milliseconds of the monotonic clock. */
  readonly #readySince = new Map<string, number>();

  /** @param timeoutMs time limit of each service, in milliseconds. Default 120000. */
  constructor(timeoutMs = 120_000) {
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Waits for one service.
   * @param wait rejects with `TIMEOUT` when its time in milliseconds is over. It is called again with the rest of the limit.
   * @throws DeploymentError from `wait`.
   */
  async waitFor<Result>(service: string, wait: (timeoutMs: number) => Promise<Result>): Promise<Result> {
    for (let timeoutMs = this.#timeoutMs; ;) {
      const began = Date.now();
      try {
        const result = await wait(timeoutMs);
        this.#lastReady = Date.now();
        this.addReady(service);
        return result;
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
    this.#readySince.set(service, performance.now());
  }

  /**
   * Waits again for services that became ready and are not any more: while an operation waits for one service, another can fail.
   * Observes those that have been ready for more than 5 s, and makes no call if there are none.
   * @param verdicts of the services of the operation. Those with an error stay.
   * @param waitAgain waits for one service, and returns its new verdict. Must not reject.
   * @returns the verdicts, in the same order.
   */
  async recheck<Verdict extends { readonly service: string; readonly error?: DeploymentError | undefined }>(
    strategy: OpenFactoryServiceDeploymentStrategy,
    verdicts: readonly Verdict[],
    options: OperationOptions & { project: string },
    waitAgain: (verdict: Verdict, index: number) => Promise<Verdict>,
  ): Promise<Verdict[]> {
    const unready = new Set(await this.#noLongerReady(strategy, options));
    return mapLimit(APPS_IN_PROGRESS, [...verdicts.entries()], async ([index, verdict]) =>
      unready.has(verdict.service) && verdict.error === undefined ? waitAgain(verdict, index) : verdict,
    );
  }

  async #noLongerReady(
    strategy: OpenFactoryServiceDeploymentStrategy,
    { project, signal }: OperationOptions & { project: string },
  ): Promise<string[]> {
    const now = performance.now();
    const names = [...this.#readySince].filter(([, since]) => now - since > READY_FOR_MS).map(([name]) => name);
    if (names.length === 0 || signal?.aborted || !canObserve(strategy)) return [];
    try {
      const { services } = await observe(strategy, names, { project, signal, instances: false });
      return names.filter((name) => {
        const status = services.get(name);
        return status === undefined || !isReady(status);
      });
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
