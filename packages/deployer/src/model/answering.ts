import { DeploymentError, type OpenFactoryServiceDeploymentStrategy } from "@openfactory/deploy-core";
import { wrapMethods } from "./wrap-methods.js";

/** After so many calls in a row without an answer, no more are made. */
const MAX_UNANSWERED = 2;

/** The operations that reach the engine. `unlock` is always tried: a lock that is left behind blocks other runs. */
const OPERATIONS: ReadonlySet<PropertyKey> = new Set([
  "deploy",
  "remove",
  "inspect",
  "list",
  "wait",
  "update",
  "rollback",
  "scale",
  "restart",
  "stop",
  "start",
  "exec",
  "refreshAuth",
  "settingsOf",
  "preflight",
  "lock",
  "elsewhere",
  "engineId",
  "listResources",
  "createResource",
  "removeResource",
]);

/** Whether the engine did not answer a call in time: a service that was not ready in time has another cause, or none. */
const isUnanswered = (error: unknown): boolean =>
  DeploymentError.isInstance(error, "TIMEOUT") && (error.cause as { code?: unknown } | undefined)?.code === "ETIMEDOUT";

/**
 * A strategy that is no longer called once its engine has stopped answering, so that a run on an engine that hangs ends after a
 * few calls, whatever is left to do. Its operations then reject with `TIMEOUT`. Calls at the same time count as one.
 */
export function whileAnswering<Strategy extends OpenFactoryServiceDeploymentStrategy>(strategy: Strategy): Strategy {
  let unanswered = 0;
  let failedAt = -Infinity;
  const call = async (operation: () => unknown): Promise<unknown> => {
    if (unanswered >= MAX_UNANSWERED) throw notAsked();
    const began = performance.now();
    try {
      const result = await operation();
      unanswered = 0;
      return result;
    } catch (error) {
      if (!isUnanswered(error)) unanswered = 0;
      else if (began >= failedAt) {
        unanswered += 1;
        failedAt = performance.now();
      }
      throw error;
    }
  };
  return wrapMethods(strategy, (property, method) =>
    OPERATIONS.has(property) ? (...args) => call(() => method(...args)) : method,
  );
}

const notAsked = (): DeploymentError =>
  new DeploymentError("TIMEOUT", `The engine did not answer the last ${MAX_UNANSWERED} calls, so no more were made.`, {
    hint: "Check the engine, then run the command again: it continues from what the engine has then.",
    cause: { message: "The engine does not answer.", code: "ETIMEDOUT" },
  });
