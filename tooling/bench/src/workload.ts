/**
 * The contenders of a workload. `floor`: the minimal Engine API calls with a plain HTTP client. `loop`: one command for each app.
 * `before`: another build of ofdeploy. `node`: a Node program that makes nothing but the necessary calls.
 */
export type Role = "ours" | "peer" | "floor" | "python" | "loop" | "before" | "node";

/** A tool that does the work of a workload. */
export interface Contender {
  /** The command: `docker stack deploy`. */
  label: string;
  /** Runs once, and returns the result in the workload's unit. */
  run: () => Promise<number>;
  /** Prepares a run; not timed. */
  before?: () => Promise<void>;
}

export interface Workload {
  /** The part for `--only`. */
  part: string;
  name: string;
  /** Default `ms`. */
  unit?: "ms" | "MB" | "KB";
  contenders: Partial<Record<Role, Contender>>;
  /** Maximum number of runs of each contender, for workloads that take long or don't vary. */
  maxRuns?: number;
  /** Why the workload can't run. */
  skip?: string;
  /** A note about the figures. */
  note?: string;
}
