import type { DeploymentWarning } from "./deployment.js";

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
