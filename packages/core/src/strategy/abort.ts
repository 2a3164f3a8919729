import { setTimeout as delay } from "node:timers/promises";
import { DeploymentError } from "../errors/deployment-error.js";

interface Context {
  service?: string;
  strategy?: string;
}

const aborted = (signal: AbortSignal, context: Context): DeploymentError =>
  DeploymentError.isInstance(signal.reason)
    ? DeploymentError.withContext(signal.reason, context)
    : new DeploymentError("ABORTED", `The operation${context.service ? ` on ${context.service}` : ""} was aborted.`, {
        ...context,
        cause: signal.reason,
      });

/** @throws DeploymentError `ABORTED`, or the signal's reason where that is a DeploymentError, if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, context: Context = {}): void {
  if (signal?.aborted) throw aborted(signal, context);
}

/** Resolves after `ms` milliseconds. @throws DeploymentError as {@link throwIfAborted} when the signal fires first. */
export async function sleep(ms: number, signal?: AbortSignal, context: Context = {}): Promise<void> {
  throwIfAborted(signal, context);
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    throwIfAborted(signal, context);
    throw error;
  }
}
