import { setTimeout as delay } from "node:timers/promises";
import { DeploymentError } from "./errors.js";

/** Accepted by every operation of a strategy. */
export interface OperationOptions {
  /** Ends the operation with `ABORTED`. Whatever the operation has created by then is removed. */
  signal?: AbortSignal;
  /** Called synchronously with each progress event. An error that the observer throws ends the operation. */
  observer?: (event: ProgressEvent) => void;
}

export interface DeployOptions extends OperationOptions {
  /** Reject with `UNSUPPORTED` instead of returning a warning. Default false. */
  strict?: boolean;
}

export interface RemoveOptions extends OperationOptions {
  /** Wait until all containers or tasks of the service are gone. Default false. */
  wait?: boolean;
  /** Time limit of that wait in milliseconds. Default 60000. */
  timeoutMs?: number;
  /**
   * Of a service with an `unfinishedVersion`: remove only the version that is the service now, and make the other one the service
   * again. Only for strategies that return an `unfinishedVersion`. Default false: all versions are removed.
   */
  restoreEarlier?: boolean;
}

/** Reported by an operation while it runs. */
export type ProgressEvent =
  /** A pull, as the engine reports it. `current` and `total` in bytes, of one layer (`id`). */
  | { type: "pull"; service: string; image: string; status: string; id?: string; current?: number; total?: number }
  /** The start of a step: `create`, `start`, `stop`, `remove`, ... */
  | { type: "step"; service: string; step: string; id?: string }
  /** The progress of a wait. */
  | { type: "waiting"; service: string; running: number; desired: number; detail?: string }
  | { type: "warning"; service: string; warning: DeploymentWarning };

/** Part of a request that was not carried out as requested, although the deployment succeeded. */
export interface DeploymentWarning {
  /**
   * - `FIELD_NOT_SUPPORTED`: the strategy doesn't support a field of the request
   * - `ENGINE_WARNING`: a warning from the engine
   * - `DIGEST_NOT_RESOLVED`: no registry returned the digest
   * - `SHORT_LIVED_CREDENTIALS`: the registry credentials that are stored with the service expire soon
   * - `NO_CREDENTIALS`: there are no credentials to store with the service
   * - `CREDENTIALS_UNAVAILABLE`: a credential helper or Docker's config.json failed; the deployment continued without
   *   credentials
   * - `PREVIOUS_VERSION_LOST`: there is no longer a previous version to roll back to
   * - `INSTANCES_RESTART`: running instances restart, because one of their variables holds the number of replicas
   * - `SETTINGS_NOT_KEPT`: an adopted service loses settings for which a request has no field
   * - `SETTINGS_NOT_IN_FILE`: an adopted service keeps such settings, until it is removed and deployed again
   */
  code:
    | "FIELD_NOT_SUPPORTED"
    | "ENGINE_WARNING"
    | "DIGEST_NOT_RESOLVED"
    | "SHORT_LIVED_CREDENTIALS"
    | "NO_CREDENTIALS"
    | "CREDENTIALS_UNAVAILABLE"
    | "PREVIOUS_VERSION_LOST"
    | "INSTANCES_RESTART"
    | "SETTINGS_NOT_KEPT"
    | "SETTINGS_NOT_IN_FILE";
  service: string;
  strategy: string;
  /** Path in the request, e.g. `constraints`. */
  field?: string;
  /** Set if the warning concerns a registry and not one service, so that it can be reported once for all services. */
  registry?: string;
  /** One sentence. */
  reason: string;
}

/** The result of a deployment. */
export interface Deployment {
  name: string;
  /** One service id, or the id of one container per replica. */
  ids: readonly string[];
  /** The resolved image: with its digest if the image was pinned to one. */
  image: string;
  warnings: readonly DeploymentWarning[];
}

interface Context {
  service?: string;
  strategy?: string;
}

/** @throws DeploymentError `ABORTED`, or the signal's reason if the reason is a DeploymentError, if the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, context: Context = {}): void {
  if (signal?.aborted) throw abortError(signal, context);
}

/**
 * After a change that is made without the signal: undoes the change if the signal has fired in the meantime.
 * @throws DeploymentError as {@link throwIfAborted}; an error of `undo` instead.
 */
export async function undoIfAborted(
  signal: AbortSignal | undefined,
  undo: () => Promise<unknown>,
  context: Context = {},
): Promise<void> {
  if (!signal?.aborted) return;
  await undo();
  throwIfAborted(signal, context);
}

/** Resolves after `ms` milliseconds. @throws DeploymentError as {@link throwIfAborted} if the signal fires first. */
export async function sleep(ms: number, signal?: AbortSignal, context: Context = {}): Promise<void> {
  throwIfAborted(signal, context);
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    throwIfAborted(signal, context);
    throw error;
  }
}

const abortError = (signal: AbortSignal, context: Context): DeploymentError =>
  DeploymentError.isInstance(signal.reason)
    ? DeploymentError.withContext(signal.reason, context)
    : new DeploymentError("ABORTED", `The operation${context.service ? ` on ${context.service}` : ""} was aborted.`, {
        ...context,
        cause: signal.reason,
      });
