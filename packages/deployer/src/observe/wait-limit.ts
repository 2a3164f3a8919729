import { DeploymentError } from "@openfactory/deploy-core";

/** How much too early a strategy's timer may fire, in milliseconds. */
const EARLY_MS = 100;

/**
 * The time limit for services to get ready, for all that an operation waits for at the same time. It starts again whenever one of
 * them is ready: an engine starts many services one after another, and a slow one must not fail those that come last.
 */
export class WaitLimit {
  readonly #timeoutMs: number;
  /** In milliseconds since 1970. */
  #lastReady = 0;

  /** @param timeoutMs default 120000. */
  constructor(timeoutMs = 120_000) {
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Waits for one service.
   * @param wait rejects with `TIMEOUT` when its time in milliseconds is over. It is called again with the rest of the limit.
   * @throws DeploymentError from `wait`.
   */
  async apply<Result>(wait: (timeoutMs: number) => Promise<Result>): Promise<Result> {
    for (let timeoutMs = this.#timeoutMs; ;) {
      const began = Date.now();
      try {
        const result = await wait(timeoutMs);
        this.#lastReady = Date.now();
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

  /** The error of a repeated wait names only the rest of the limit. */
  #withLimit(error: DeploymentError): DeploymentError {
    const message = `${error.message} No app got ready for ${this.#timeoutMs / 1000} s.`;
    return new DeploymentError(error.code, message, { ...error, issues: [...error.issues], cause: error.cause });
  }
}
