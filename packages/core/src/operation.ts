import { setTimeout as delay } from "node:timers/promises";
import { DeploymentError } from "./errors.js";

/** What an operation tells while it runs. */
export type ProgressEvent =
  /** A pull, as the engine reports it. `current` and `total` in bytes, of one layer (`id`). */
  | { type: "pull"; service: string; image: string; status: string; id?: string; current?: number; total?: number }
  /** A step begun: `create`, `start`, `stop`, `remove`, ... */
  | { type: "step"; service: string; step: string; id?: string }
  /** How far a wait has come. */
  | { type: "waiting"; service: string; running: number; desired: number; detail?: string }
  | { type: "warning"; service: string; warning: DeploymentWarning };

/** Taken by every operation of a strategy. */
export interface OperationOptions {
  /** Ends the operation with `ABORTED`; what it had made by then is removed. */
  signal?: AbortSignal;
  /** Called synchronously with each progress event; what it throws is the caller's own problem and ends the operation. */
  observer?: (event: ProgressEvent) => void;
}

export interface DeployOptions extends OperationOptions {
  /** Refuse (`UNSUPPORTED`) what would otherwise be a warning. Default false. */
  strict?: boolean;
}

export interface RemoveOptions extends OperationOptions {
  /** Wait until what the service ran is really gone. Default false. */
  wait?: boolean;
  /** Time limit of that wait in milliseconds. Default 60000. */
  timeoutMs?: number;
}

/** Something that did not happen as asked, though the deploy as a whole did. */
export interface DeploymentWarning {
  /**
   * - `FIELD_NOT_HONOURED`: a request field
   * - `ENGINE_WARNING`: the engine's own
   * - `DIGEST_NOT_RESOLVED`: no registry told the digest
   * - `SHORT_LIVED_CREDENTIALS`: the registry credentials that are stored with the service expire soon
   * - `NO_CREDENTIALS`: there are none to store with the service
   * - `CREDENTIALS_UNAVAILABLE`: a credential helper or Docker's config.json fails, and the deploy goes on without it
   * - `PREVIOUS_VERSION_LOST`: a rollback has no earlier version to go back to any more
   * - `INSTANCES_RESTART`: running instances restart, because one of their variables holds the number of replicas
   */
  code:
    | "FIELD_NOT_HONOURED"
    | "ENGINE_WARNING"
    | "DIGEST_NOT_RESOLVED"
    | "SHORT_LIVED_CREDENTIALS"
    | "NO_CREDENTIALS"
    | "CREDENTIALS_UNAVAILABLE"
    | "PREVIOUS_VERSION_LOST"
    | "INSTANCES_RESTART";
  service: string;
  strategy: string;
  /** Path in the request, e.g. `constraints`. */
  field?: string;
  /** The registry that it is about, where it is about no service: who deploys several services reports it once. */
  registry?: string;
  /** One sentence. */
  reason: string;
}

/** What a deploy made. */
export interface Deployment {
  name: string;
  /** Ids of what was made: one service, or one container per replica. */
  ids: readonly string[];
  /** The image as resolved: with the digest where it was pinned. */
  image: string;
  warnings: readonly DeploymentWarning[];
}

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
