import type { ServiceStatus } from "@openfactory/deploy-core";
import type { ListenerOptions } from "../assets/listener-options.js";
import type { Observer } from "../events.js";
import type { LockOptions } from "../lock/lock-options.js";
import type { ProjectWarning } from "../project-warning.js";

export interface ScaleOptions extends LockOptions, ListenerOptions {
  signal?: AbortSignal;
  observer?: Observer;
  /** Wait until all replicas run. Default true. */
  wait?: boolean;
  /** Milliseconds. Default 120000. */
  timeoutMs?: number;
  settleMs?: number;
}

/** What became of an app that was scaled. Plain data. */
export interface ScaleVerdict {
  app: string;
  service: string;
  /** How many replicas were asked for, before and now. */
  from: number;
  to: number;
  /** `running`: all of them run; `stopped`: there are none to run; `started`: not waited for. */
  outcome: "running" | "stopped" | "started";
  /** As it was seen last, without its settings. */
  status?: ServiceStatus;
  warnings: readonly ProjectWarning[];
  elapsedMs: number;
}

/** What a run of `scale` did. Plain data. */
export interface ScaleReport extends ScaleVerdict {
  project: string;
  platform: string;
}
